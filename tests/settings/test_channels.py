"""The sections of channels, and where people are reached: what is written, and what is wrong with it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.canary import CanaryRoute
from monitord.settings.phones import mobile_of, phone_of
from monitord.settings.problem import SettingsError
from tests.settings.small import SECRETS, SMALL, broken, loaded, mistakes, written

SMS = "sms: {spool: /var/spool/monitord/sms}\n"


def small(section: str, *changes: tuple[str, str]) -> str:
    text = broken("log_channel:", f"{section}log_channel:")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_section_sets_up_its_channel_and_people_have_numbers(tmp_path: Path) -> None:
    text = small(SMS, ("telegram: 1001,", "telegram: 1001, phone: 0912 345 678,"))
    settings = loaded(written(tmp_path / "config", text))
    assert settings.ways == ("telegram", "sms", "log")
    assert settings.channels["sms"].short == 160
    assert settings.channels["sms"].hears
    assert settings.people["an"].address("sms") == "+84912345678"
    assert settings.people["binh"].address("sms") is None
    assert settings.people["binh"].address("telegram") == "1002"


def test_a_mobile_number_goes_before_the_telephone_of_the_desk(tmp_path: Path) -> None:
    text = small(SMS, ("telegram: 1001,", "telegram: 1001, phone: 0294 3868 686, mobile: '+84 987 654 321',"))
    assert loaded(written(tmp_path / "config", text)).people["an"].address("sms") == "+84987654321"


@pytest.mark.parametrize("number", ["0294 3868 686", "113", "abc", "0912 345"])
def test_a_mobile_number_that_is_none_is_a_mistake(tmp_path: Path, number: str) -> None:
    text = small(SMS, ("telegram: 1001,", f"telegram: 1001, mobile: '{number}',"))
    (mistake,) = mistakes(written(tmp_path / "config", text))
    assert f"`{number}` is no mobile number: write it as 0912 345 678 or +84 912 345 678" in mistake


def test_a_channel_that_is_used_and_has_no_section_is_left_out_with_a_warning(tmp_path: Path) -> None:
    text = broken("channels: [telegram, log]", "channels: [telegram, sms, log]")
    settings = loaded(written(tmp_path / "config", text))
    assert any("channel `sms` is used here, but there is no section `sms`" in str(w) for w in settings.warnings)
    assert all("sms" not in step.channels for rule in settings.policies for step in rule.policy.steps)


def test_somebody_who_is_reached_by_sms_alone_is_no_silent_person(tmp_path: Path) -> None:
    text = small(SMS, (", telegram: 1002", ", phone: 0912 345 678"))
    assert loaded(written(tmp_path / "config", text)).warnings == ()


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("sms: {spool: spool}\n", "must be a path that begins with `/`"),
        ("sms: {}\n", "`spool` is missing"),
        ("sms: {spool: /x, per_minute: 0}\n", "`per_minute`"),
        ("sms: {spool: /x, modem: y}\n", "unknown key `modem`"),
        ("sms: {spool: /x, canary: {number: 113}}\n", "is no mobile number"),
        ('sms: {spool: /x, canary: {number: "0912345678", every: 10m}}\n', "must be at least 3600s"),
        ('sms: {spool: /x, canary: {number: "0912345678", every: 1h, within: 2h}}\n', "shorter than `every`"),
        ("sms: {spool: /x, monitor: smsdrc}\n", "must be a path that begins with `/`"),
        ("sms: {spool: /x, balance: {to: 900, text: KT, pattern: '([0-9]+'}}\n", "is no regular expression"),
        ("sms: {spool: /x, balance: {to: 900, text: KT, pattern: '((a+)+)b'}}\n", "exactly one group"),
        ("sms: {spool: /x, balance: {to: x, text: KT, pattern: '([0-9]+)'}}\n", "neither a service number"),
        ("sms: {spool: /x, balance: {to: 900, text: số dư, pattern: '([0-9]+)'}}\n", "must be plain ASCII"),
    ],
)
def test_a_wrong_section_says_what_is_wrong(tmp_path: Path, section: str, told: str) -> None:
    (mistake,) = mistakes(written(tmp_path / "config", small(section)))
    assert told in mistake


def test_an_address_for_a_channel_there_is_not_is_a_mistake(tmp_path: Path) -> None:
    text = small(SMS, ("telegram: 1001,", "telegram: 1001, addresses: {pigeon: loft 7},"))
    (mistake,) = mistakes(written(tmp_path / "config", text))
    assert "there is no channel `pigeon` with addresses of its own" in mistake


@pytest.mark.parametrize("address", ["a", "a@b", "a b@c.vn", "a@b.vn>", "a@b.vn\\r\\nBcc: x@y.vn", "@b.vn"])
def test_what_is_no_mail_address_is_a_mistake(tmp_path: Path, address: str) -> None:
    text = small(SMS, ("telegram: 1001,", f'telegram: 1001, mail: "{address}",'))
    assert "must be an e-mail address such as" in mistakes(written(tmp_path / "config", text))[0]


def test_the_secret_of_a_channel_is_kept_out_of_logs_and_of_readable_files(tmp_path: Path) -> None:
    section = "webhook: {url: 'https://noc.example.vn/hook', secret: whsec_c2VjcmV0}\n"
    folder = written(tmp_path / "config", small(section))
    os.chmod(folder / "small.yaml", 0o644)
    with pytest.raises(SettingsError) as wrong:
        loaded(folder)
    assert "a secret stands in a file that everybody can read" in str(wrong.value)
    os.chmod(folder / "small.yaml", 0o640)
    settings = loaded(folder)
    assert "whsec_c2VjcmV0" in settings.secrets()
    assert "whsec_c2VjcmV0" not in repr(settings.channels)


@pytest.mark.parametrize(
    ("written_as", "number"),
    [
        ("0912 345 678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("912345678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("+8613800138000", "+8613800138000"),
        ("0294 3 868 686", None),
        ("0123456789", None),
        ("VIETTEL", None),
        ("191", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_a_number_as_people_write_it(written_as: str, number: str | None) -> None:
    assert mobile_of(written_as) == number


@pytest.mark.parametrize(
    ("written_as", "number"),
    [("0294 3 868 686", "+842943868686"), ("0912 345 678", "+84912345678"), ("113", None), ("abc", None), ("", None)],
)
def test_a_number_that_can_be_called(written_as: str, number: str | None) -> None:
    assert phone_of(written_as) == number


def test_the_sections_of_the_documentation_are_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    block = page.partition("```yaml\n")[2].partition("```")[0]
    sections, _, people = block.partition("people:\n")
    text = small(sections, ("  - {id: an, name: An, home: vt, telegram: 1001, stand_ins: [binh]}\n", people))
    named = {
        name: "a-secret-of-24-bytes-or-so" for name in ("MAIL", "SMPP", "ESMS_KEY", "ESMS_SECRET", "WEBHOOK", "PBX")
    }
    environ = SECRETS | {f"MONITORD_SECRET_{name}": value for name, value in named.items()}
    settings = loaded(written(tmp_path / "config", text), environ)
    assert set(settings.channels) == {"brandname", "mail", "smpp", "sms", "voice", "webhook"}
    assert settings.ways == ("telegram", "smpp", "sms", "brandname", "mail", "voice", "webhook", "log")
    assert settings.people["an"].ways(settings.ways) == settings.ways


def test_a_section_that_came_with_a_reload_counts_from_the_next_start(tmp_path: Path) -> None:
    old = loaded(written(tmp_path / "a", SMALL))
    changes = (
        ("telegram: 1001,", "telegram: 1001, phone: 0912 345 678,"),
        ("channels: [telegram, log]", "channels: [sms, telegram, log]"),
    )
    new = loaded(written(tmp_path / "b", small(SMS, *changes)))
    assert new.ways == ("telegram", "sms", "log")
    kept = new.with_channels_of(old)
    assert kept.ways == old.ways == ("telegram", "log")
    assert kept.people["an"].address("sms") is None
    assert kept.policies[0].policy.steps[0].channels == ("telegram", "log")
    # A step that names nothing that runs is not told to nobody.
    only = loaded(written(tmp_path / "c", small(SMS, changes[0], ("channels: [telegram, log]", "channels: [sms]"))))
    assert only.policies[0].policy.steps[0].channels == ("sms",)
    assert only.with_channels_of(old).policies[0].policy.steps[0].channels == ("telegram", "log")


def test_a_canary_and_an_account_of_a_modem_are_read(tmp_path: Path) -> None:
    section = (
        'sms: {spool: /x, canary: {number: "0912 345 678", every: 2d}, '
        "balance: {to: 900, text: KT, sender: MyOperator, pattern: 'goc: ([0-9.]+)', below: 20000}}\n"
    )
    settings = loaded(written(tmp_path / "config", small(section)))
    assert settings.canaries["sms"] == CanaryRoute("+84912345678", timedelta(days=2), timedelta(minutes=15))
    account = settings.accounts["sms"]
    assert (account.to, account.sender, account.below) == ("900", "MyOperator", 20_000)


def test_a_canary_by_mail_needs_a_mailbox(tmp_path: Path) -> None:
    section = "mail: {host: 10.0.0.1, sender: a@b.vn, canary: {every: 1h}}\n"
    (mistake,) = mistakes(written(tmp_path / "config", small(section)))
    assert "section `imap` is missing" in mistake


@pytest.mark.parametrize(
    ("canary", "told"),
    [
        ("{}", "`chat` is missing"),
        ("{chat: abc}", "`chat`"),
        ("{chat: -100, every: 15m}", "name the `accounts` that press the button"),
        ("{chat: 7, every: 10s}", "must be at least 60s"),
        ("{chat: 7, every: 1m, within: 1m}", "shorter than `every`"),
    ],
)
def test_a_wrong_canary_by_telegram_says_what_is_wrong(tmp_path: Path, canary: str, told: str) -> None:
    text = broken("telegram: {token: ", f"telegram: {{canary: {canary}, token: ")
    first = mistakes(written(tmp_path / "config", text))[0]  # and then that there is no channel
    assert first.startswith("small.yaml:3:")
    assert told in first


def test_the_account_of_the_chat_presses_where_no_other_is_named(tmp_path: Path) -> None:
    for canary, accounts, pressed in (
        ("{chat: 7}", {7}, True),
        ("{chat: -7, accounts: [8, 9]}", {8, 9}, True),
        ("{chat: -7, pressed: false}", set(), False),
    ):
        text = broken("telegram: {token: ", f"telegram: {{canary: {canary}, token: ")
        route = loaded(written(tmp_path / f"config{pressed}{len(accounts)}", text)).canaries["telegram"]
        assert (set(route.accounts), route.pressed, route.every) == (accounts, pressed, timedelta(minutes=15))
