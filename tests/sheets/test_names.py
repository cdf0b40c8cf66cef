"""A name that begins like a title."""

from monitord.sheets.cells_people import people_in
from monitord.sheets.raw import Cell


def names(text: str, *known: str) -> list[tuple[str, str]]:
    return [(one.name, one.title) for one in people_in(Cell("S!A1", text), frozenset(known))]


def test_a_person_of_the_settings_is_no_title_whatever_the_name_begins_with() -> None:
    text = "Nguyễn Văn An, Phó Đức Phương"
    assert names(text, "pho duc phuong") == [("Nguyễn Văn An", ""), ("Phó Đức Phương", "")]
    assert names(text) == [("Nguyễn Văn An", "Phó Đức Phương")]


def test_without_marks_what_may_be_a_name_is_no_title() -> None:
    assert names("Nguyen Van An, Truong Van Tai") == [("Nguyen Van An", ""), ("Truong Van Tai", "")]
    assert names("Nguyen Van An, Truong phong") == [("Nguyen Van An", "Truong phong")]
