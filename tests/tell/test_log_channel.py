"""The log channel on a real disk."""

import json
from pathlib import Path

from monitord.clock import SystemClock
from monitord.domain.document import Document
from monitord.domain.notice import ButtonFace, Delivery, Message
from monitord.tell.channels.log import LogChannel


async def test_buttons_are_written_by_their_words_only(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    channel = LogChannel(path, SystemClock())
    faces = ((ButtonFace("✅ Tiếp nhận", "v1|secret"),),)
    outcome = await channel.deliver(Message(7, "b", "Sự cố", faces, replaces="3"))
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, "7")
    line = json.loads(path.read_text(encoding="utf-8"))
    assert line["buttons"] == [["✅ Tiếp nhận"]]
    assert line["replaces"] == "3"
    assert "secret" not in path.read_text(encoding="utf-8")


async def test_of_a_document_its_name_and_size_are_written_and_not_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    channel = LogChannel(path, SystemClock())
    for document in (None, Document("DR-1109-004-0330.csv", "Điểm".encode())):
        assert (await channel.deliver(Message(7, "b", "Danh sách", document=document))).delivery is Delivery.ACCEPTED
    plain, listed = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert listed.pop("document") == {"name": "DR-1109-004-0330.csv", "size": 7}
    assert {**plain, "at": ""} == {**listed, "at": ""}


async def test_a_line_torn_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    path.write_bytes(b'{"at": "20')
    assert (await LogChannel(path, SystemClock()).deliver(Message(1, "b", "hai"))).delivery is Delivery.ACCEPTED
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["text"] == "hai"


async def test_a_place_that_cannot_be_written_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = await LogChannel(tmp_path / "file" / "told.jsonl", SystemClock()).deliver(Message(1, "b", "x"))
    assert outcome.delivery is Delivery.NOT_SENT


async def test_a_full_disk_is_not_sent() -> None:
    outcome = await LogChannel(Path("/dev/full"), SystemClock()).deliver(Message(1, "b", "x"))
    assert outcome.delivery is Delivery.NOT_SENT


async def test_half_a_character_does_not_stop_it(tmp_path: Path) -> None:
    outcome = await LogChannel(tmp_path / "told", SystemClock()).deliver(Message(1, "b", "\ud800"))
    assert outcome.delivery is Delivery.ACCEPTED
