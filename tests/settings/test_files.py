"""Files as they really come: with a BOM, with tabs, too large, unreadable, made to hurt."""

from pathlib import Path

import pytest

from tests.settings.small import SECRETS, SMALL, broken, loaded, mistakes, written


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    folder = written(tmp_path / "config", "\ufeff" + SMALL)
    assert mistakes(folder) == []


def test_a_tab_is_told_where_it_stands(tmp_path: Path) -> None:
    told = mistakes(written(tmp_path / "config", broken("    parent: core", "\tparent: core")))
    assert len(told) == 1
    assert told[0].startswith("small.yaml:33:1: not YAML: found character '\\t' that cannot start any token")


def test_bytes_that_are_no_text_are_told_where_they_stand(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    (folder / "latin.yaml").write_bytes("sites:\n  - {id: x, name: Trạm é".encode()[:-2] + b"\xe9")
    assert mistakes(folder)[0].startswith("latin.yaml:2:")
    assert "is not UTF-8: byte 0xE9" in mistakes(folder)[0]


def test_a_control_character_is_told_where_it_stands(tmp_path: Path) -> None:
    told = mistakes(written(tmp_path / "config", broken("name: Rìa", "name: R\x00a")))
    assert told == ["small.yaml:30:12: not YAML: the character U+0000 may not stand in a file"]


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n", "devices:\n", "devices: []\n"])
def test_a_file_that_says_nothing_is_fine(tmp_path: Path, content: str) -> None:
    assert mistakes(written(written(tmp_path / "config"), content, "empty.yaml")) == []


@pytest.mark.parametrize("content", ["just words", "- a\n- b\n", "5"])
def test_a_file_without_sections_is_a_mistake(tmp_path: Path, content: str) -> None:
    told = mistakes(written(written(tmp_path / "config"), content, "other.yaml"))
    assert told == ["other.yaml:1:1: a file holds sections, such as `devices:` with a list below"]


def test_a_second_document_is_a_mistake(tmp_path: Path) -> None:
    told = mistakes(written(tmp_path / "config", SMALL + "---\nweb: {}\n"))
    assert told == ["small.yaml:63:1: one document a file: take out the second `---`"]


def test_a_file_above_four_megabytes_is_refused(tmp_path: Path) -> None:
    folder = written(written(tmp_path / "config"), "# many\n" * (600 * 1024), "large.yaml")
    assert mistakes(folder) == ["large.yaml: is larger than 4 MB; split it"]


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    folder = written(written(tmp_path / "config"), "# one\nx: !" + "x" * 20_000, "line.yaml")
    assert mistakes(folder) == ["line.yaml:2:20001: this line is longer than 20000 characters"]


def test_aliases_cannot_grow_without_end(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    told = mistakes(written(written(tmp_path / "config"), bomb, "bomb.yaml"))
    assert any("aliases repeat more than" in mistake for mistake in told)


def test_an_alias_of_itself_is_a_mistake(tmp_path: Path) -> None:
    told = mistakes(written(written(tmp_path / "config"), "sites: &s [*s]\n", "loop.yaml"))
    assert told == ["loop.yaml:1:12: `*s` refers to nothing written before it"]


def test_an_alias_of_something_small_is_fine(tmp_path: Path) -> None:
    text = broken("timing: {interval: 10s}", "timing: &slow {interval: 10s}").replace(
        "    parent: core\n", "    parent: core\n    timing: *slow\n"
    )
    settings = loaded(written(tmp_path / "config", text))
    assert settings.devices["edge"].timing == settings.devices["core"].timing


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_at_once(tmp_path: Path, opening: str) -> None:
    told = mistakes(written(written(tmp_path / "config"), "sites: \n  " + opening * 4_000, "deep.yaml"))
    assert told == [told[0]]
    assert told[0].startswith("deep.yaml:2:")


def test_a_thousand_mistakes_are_enough(tmp_path: Path) -> None:
    told = mistakes(written(tmp_path / "config", "".join(f"section{n}: 1\n" for n in range(3_000))))
    assert len(told) == 1001
    assert told[0] == "more than 1000 mistakes; the rest is not shown"


def test_folders_and_endings_that_are_not_settings_are_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    (folder / "folder.yaml").mkdir()
    written(folder, "x: [", ".hidden.yaml")
    written(folder, "x: [", "notes.txt")
    assert mistakes(folder) == ["folder.yaml: is not a file"]
    (folder / "folder.yaml").rmdir()
    written(folder, "web: {}", "web.yml")
    assert [str(warning).replace(f"{folder}/", "") for warning in loaded(folder).warnings] == [
        "web.yml: is not read: settings end in `.yaml`"
    ]


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "nowhere") == [
        f"{tmp_path}/nowhere: this folder of settings cannot be read: No such file or directory"
    ]
    (tmp_path / "empty").mkdir()
    assert mistakes(tmp_path / "empty") == [f"{tmp_path}/empty: there is no *.yaml file in this folder"]


def test_a_missing_secret_is_told_once_with_both_ways_to_give_it(tmp_path: Path) -> None:
    text = broken("community: public", "community: {secret: core}")
    told = mistakes(written(tmp_path / "config", text), {"MONITORD_SECRET_TELEGRAM_TOKEN": "1:x"})
    assert told == [
        "small.yaml:24:55: secret `core` is missing: put it into the credential file $CREDENTIALS_DIRECTORY/core"
        " or the environment variable MONITORD_SECRET_CORE (needed at 2 places)"
    ]


def test_a_credential_of_systemd_comes_before_the_environment(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "core").write_text("from-systemd\n")
    access = loaded(folder, SECRETS | {"CREDENTIALS_DIRECTORY": str(credentials)}).devices["core"].snmp
    assert access is not None
    assert access.community == "from-systemd"
    (credentials / "core").write_text("\n")
    told = mistakes(folder, SECRETS | {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert told == [f"small.yaml:24:55: secret `core` in {credentials}/core is empty"]


def test_a_secret_in_a_file_everybody_can_read_is_a_mistake(tmp_path: Path) -> None:
    text = broken("community: {secret: core}", "community: hidden-word")
    folder = written(tmp_path / "config", text, mode=0o644)
    told = mistakes(folder)
    assert told == [
        "small.yaml:24:55: a secret stands in a file that everybody can read: chmod 640 small.yaml,"
        " or write {secret: NAME}"
    ]
    assert "hidden-word" not in told[0]
    (folder / "small.yaml").chmod(0o640)
    assert mistakes(folder) == []


def test_the_word_public_is_no_secret(tmp_path: Path) -> None:
    assert mistakes(written(tmp_path / "config", mode=0o644)) == []


def test_what_is_odd_but_no_mistake_is_a_warning(tmp_path: Path) -> None:
    without = SMALL[: SMALL.index("devices:\n")] + SMALL[SMALL.index("policies:\n") : SMALL.index("roster:\n")]
    folder = written(tmp_path / "config", without.replace("log_channel: {path: messages.log}\n", ""))
    assert [str(warning).replace(f"{folder}/", "") for warning in loaded(folder).warnings] == [
        f"{folder}: nothing is monitored: there are no devices",
        "small.yaml:21:34: duty `shift` of unit `vt` has no entry in the roster: this step may find nobody",
        "small.yaml:21:63: channel `log` is used here, but there is no section `log_channel`",
    ]


def test_somebody_on_duty_whom_no_message_reaches_is_a_warning(tmp_path: Path) -> None:
    folder = written(tmp_path / "config", broken(", telegram: 1002", ""))
    assert [str(warning).replace(f"{folder}/", "") for warning in loaded(folder).warnings] == [
        "small.yaml:57:51: `binh` is on duty and has no address for `telegram`: no message reaches this person"
    ]
