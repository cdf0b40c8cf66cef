"""Groups in section `telegram`: what is written, and what is wrong with it."""

from pathlib import Path

import pytest

from monitord.domain.group import Group
from tests.settings.small import broken, loaded, mistakes, written

TELEGRAM = "telegram: {token: {secret: telegram_token}}\n"


def with_groups(*groups: str) -> str:
    lines = "".join(f"    - {group}\n" for group in groups)
    return broken(TELEGRAM, f"telegram:\n  token: {{secret: telegram_token}}\n  groups:\n{lines}")


def test_a_group_is_written_to_for_its_unit(tmp_path: Path) -> None:
    one = "{id: ca, unit: vt, chat: -1001234, topic: 7, name: Nhóm ca, severity: 2}"
    two = "{id: chung, unit: vt, chat: -77, name: Nhóm chung}"
    settings = loaded(written(tmp_path / "config", with_groups(one, two)))
    assert settings.groups == (
        Group("ca", "Nhóm ca", "vt", -1001234, 7, 2),
        Group("chung", "Nhóm chung", "vt", -77, None, 4),
    )
    assert [g.reader().address("telegram") for g in settings.groups] == ["-1001234:7", "-77"]
    assert [g.reader().id for g in settings.groups] == ["group:ca", "group:chung"]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("{id: ca, unit: vt, chat: -78, name: B}", "`ca` is the id of another group as well"),
        ("{id: b, unit: vt, chat: -77, name: B}", "everything would stand there twice"),
        ("{id: b, unit: vr, chat: -78, name: B}", "there is no unit `vr`"),
        ("{id: b, unit: vt, chat: 1001, name: B}", "of a group is a negative number"),
        ("{id: b, unit: vt, chat: -78, topic: 0, name: B}", "topic"),
        ("{id: b, unit: vt, chat: -78, name: B, severity: 5}", "severity"),
        ("{id: b, unit: vt, chat: -78}", "name"),
        (f"{{id: {'b' * 49}, unit: vt, chat: -78, name: B}}", "is longer than 48 letters"),
    ],
)
def test_a_wrong_group_says_what_is_wrong_and_where(tmp_path: Path, second: str, told: str) -> None:
    found = mistakes(written(tmp_path / "config", with_groups("{id: ca, unit: vt, chat: -77, name: A}", second)))
    print(found)
    assert [mistake for mistake in found if told in mistake and ".yaml:7:" in mistake]


def test_one_chat_may_serve_two_topics_of_a_unit(tmp_path: Path) -> None:
    groups = [f"{{id: g{n}, unit: vt, chat: -77, topic: {n}, name: A}}" for n in (1, 2)]
    assert len(loaded(written(tmp_path / "config", with_groups(*groups))).groups) == 2


def test_the_group_of_the_documentation_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    block = page.partition("## Groups")[2].partition("```yaml\n")[2].partition("```")[0]
    (group,) = loaded(written(tmp_path / "config", broken(TELEGRAM, block))).groups
    assert (group.chat, group.topic, group.severity) == (-1001234567890, 7, 3)
