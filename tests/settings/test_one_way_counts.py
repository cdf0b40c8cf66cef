"""Which channels without a way back may count as having told somebody."""

from pathlib import Path

import pytest

from tests.settings.small import broken, loaded, mistakes, written

MAIL = "mail: {host: mail.vt.example, port: 25, security: none, sender: truc@vt.example}\n"
WEBHOOK = "webhook: {url: 'https://hook.vt.example/x', secret: {secret: core}}\n"


def counting(name: str) -> str:
    text = broken("administrators: [an]}", f"administrators: [an], one_way_counts: [{name}]}}")
    return text.replace("log_channel:", f"{MAIL}{WEBHOOK}log_channel:")


def test_a_letter_may_count(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config", counting("mail")))
    assert settings.one_way_counts == frozenset({"mail"})
    assert settings.answers("mail")
    assert not settings.answers("webhook")
    assert not settings.answers("log")


@pytest.mark.parametrize("name", ["webhook", "log", "pigeon"])
def test_what_reaches_no_person_does_not_count(tmp_path: Path, name: str) -> None:
    (mistake,) = mistakes(written(tmp_path / "config", counting(name)))
    assert f"there is no channel `{name}` to persons" in mistake
