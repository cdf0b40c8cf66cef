"""The board says what the database says, in words, and never more than fits a page."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.account.board import MOST_LINES, Board, journal_lines, read_board
from monitord.account.cards import MOST_INCIDENTS
from monitord.domain.campaign import Campaign
from monitord.domain.decision import Timer, TimerKind
from monitord.domain.health import Health, Hold
from monitord.domain.incident import Phase
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import DeliveryCause, NoticeState
from monitord.store import tables as t
from monitord.store.tx import Tx
from monitord.texts import pick
from monitord.texts.story import ToldState
from tests.web.province import HOSTILE, NOW, empty_database, moment, opened, reader, see, settings, told, write

WORDS = pick("vi")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return empty_database(tmp_path / "monitord.db")


def board_of(path: Path) -> Board:
    with reader(path)() as connection:
        return read_board(connection, settings(path.parent), WORDS, NOW)


def test_a_fresh_desk_has_seen_nothing_and_does_not_call_that_well(database: Path) -> None:
    board = board_of(database)

    assert board.counts[Health.UNKNOWN] == 3
    assert not board.all_well
    assert [site.name for site in board.sites] == ["Đài A", "Đài B"]
    assert all(line.health is None for site in board.sites for d in site.devices for line in d.targets)
    assert (board.incidents, board.restored, board.log) == ((), (), ())


def test_all_is_well_once_everything_was_seen_to_be_well(database: Path) -> None:
    def work(tx: Tx) -> None:
        for name in ("rt/agent", "rt/port/ge-0", "ups/agent"):
            see(tx, name, Health.UP)

    write(database, work)

    assert board_of(database).all_well


def test_a_soft_fault_and_a_held_target_are_shown_as_such(database: Path) -> None:
    def work(tx: Tx) -> None:
        see(tx, "rt/agent", Health.DOWN, attempt=2)
        see(tx, "rt/port/ge-0", Health.UNKNOWN, held=(Hold.PARENT,))
        see(tx, "ups/agent", Health.UP)

    write(database, work)
    board = board_of(database)
    agent, port = board.sites[0].devices[0].targets

    assert (agent.name, agent.health, agent.soft) == ("", Health.DOWN, (2, 3))
    assert (port.name, port.held) == ("Cổng lên lõi (ge-0)", (Hold.PARENT,))
    assert board.sites[0].worst is Health.DOWN
    assert board.sites[1].quiet
    assert not board.all_well


def test_a_running_incident_says_who_was_told_what_became_of_it_and_what_comes_next(database: Path) -> None:
    def work(tx: Tx) -> None:
        incident = opened(tx, "rt/agent", 14, detail=HOSTILE)
        told(tx, incident, "an", NoticeState.SENT)
        told(tx, incident, "lan", NoticeState.PENDING, step=1, cause=DeliveryCause.CONNECT)
        told(tx, incident, "yen", NoticeState.PENDING, step=2, uncertain=1, organisation="so")
        tx.arm(incident.id, Timer(TimerKind.STEP, 2, NOW + timedelta(minutes=30)), moment(), NOW)
        receipt = Fact(FactKind.INCIDENT_RECEIPT, incident.id, "rt/agent", "an", {"organisation": "so"})
        tx.append([receipt], moment(1))

    write(database, work)
    [card] = board_of(database).incidents

    assert card.incident.code == "SC-0602-014"
    assert (card.device, card.unit, card.site) == ("Bộ định tuyến A", "Viễn thông Thử", "Đài A")
    assert [(n.told.role, n.told.name, n.told.state) for n in card.notices] == [
        ("trực ca", "Nguyễn Văn An", ToldState.RECEIPT),
        ("trực lãnh đạo", "Hoàng Thị Lan", ToldState.FAILED),
        ("Sở Thử", "Phan Thị Yến", ToldState.UNCERTAIN),
    ]
    assert card.notices[1].trouble == WORDS.delivery_cause(DeliveryCause.CONNECT)
    assert card.taken is None
    assert card.next is not None
    assert (card.next.role, card.next.asks, card.next.at) == ("Sở Thử", True, NOW + timedelta(minutes=30))
    assert "\u202e" not in card.detail
    assert "\x1b" not in card.detail


def test_a_taken_incident_names_who_took_it_and_has_no_next_step(database: Path) -> None:
    def work(tx: Tx) -> None:
        incident = opened(tx, "rt/agent", 1)
        until = NOW + timedelta(hours=2)
        taken = replace(
            incident, phase=Phase.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="an", ack_expires_at=until
        )
        tx.save(taken)
        tx.arm(incident.id, Timer(TimerKind.ACK_EXPIRY, 0, until), moment(), NOW)
        fact = Fact(FactKind.INCIDENT_ACKNOWLEDGED, incident.id, "rt/agent", "an", {"duty": "shift"})
        tx.append([fact], moment(1))

    write(database, work)
    [card] = board_of(database).incidents

    assert card.taken is not None
    assert (card.taken.name, card.taken.role) == ("Nguyễn Văn An", "trực ca")
    assert card.taken.expires_at == NOW + timedelta(hours=2)
    assert card.next is None


def test_notices_of_an_earlier_round_are_not_shown_as_told(database: Path) -> None:
    def work(tx: Tx) -> None:
        incident = opened(tx, "rt/agent", 1)
        told(tx, incident, "an", NoticeState.SENT)
        tx.save(replace(incident, round=1))
        told(tx, incident, "lan", NoticeState.SENT, round=1)

    write(database, work)
    [card] = board_of(database).incidents

    assert [n.told.name for n in card.notices] == ["Hoàng Thị Lan"]


def test_what_nobody_has_taken_stands_first_and_then_the_gravest(database: Path) -> None:
    def work(tx: Tx) -> None:
        grave = opened(tx, "rt/agent", 1, severity=1)
        tx.save(replace(grave, phase=Phase.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="an"))
        opened(tx, "rt/port/ge-0", 2, severity=3)
        opened(tx, "ups/agent", 3, severity=2)

    write(database, work)

    assert [card.incident.severity for card in board_of(database).incidents] == [2, 3, 1]


def test_a_storm_is_counted_whole_and_shown_in_part(database: Path) -> None:
    write(database, lambda tx: [opened(tx, f"gone/{n}", n) for n in range(1, MOST_INCIDENTS + 21)])
    board = board_of(database)

    assert board.running == MOST_INCIDENTS + 20
    assert len(board.incidents) == MOST_INCIDENTS
    assert len(board.log) <= MOST_LINES


def test_an_incident_that_is_over_stands_among_the_restored_with_its_duration(database: Path) -> None:
    def work(tx: Tx) -> None:
        incident = opened(tx, "rt/agent", 1)
        tx.save(replace(incident, phase=Phase.RESTORED, restored_at=NOW + timedelta(minutes=3)))

    write(database, work)
    board = board_of(database)

    assert board.incidents == ()
    assert [(line.code, line.lasted) for line in board.restored] == [("SC-0602-001", timedelta(seconds=192))]


def test_duties_show_who_holds_them_and_where_there_is_a_gap(database: Path) -> None:
    assert [(duty.duty, [p.name for p in duty.people]) for duty in board_of(database).duties] == [
        ("trực lãnh đạo", []),
        ("trực ca", ["Nguyễn Văn An"]),
    ]


def test_the_campaign_that_holds_stands_over_the_duties_and_is_gone_with_its_end(database: Path) -> None:
    for end, lines in ((NOW + timedelta(microseconds=1), 1), (NOW, 0)):
        campaign = Campaign("bao", "Bão số 3", NOW - timedelta(hours=1), end, orders=("Công văn 1",), level="bao")
        with reader(database)() as connection:
            heightened = replace(settings(database.parent), campaigns=(campaign,))
            found = read_board(connection, heightened, WORDS, NOW).campaigns
        assert [("Bão số 3" in line, "theo Công văn 1" in line) for line in found] == [(True, True)] * lines


def test_the_log_speaks_in_names_newest_first_without_the_first_looks_that_were_well(database: Path) -> None:
    def work(tx: Tx) -> None:
        first = Fact(FactKind.TARGET_HARD, target="rt/agent", refs={"was": None, "now": "up", "cause": "fine"})
        soft = Fact(FactKind.TARGET_SOFT, target="rt/agent", refs={"was": "up", "now": "down", "cause": "no_answer"})
        tx.append([Fact(FactKind.DAEMON_STARTED, refs={"version": "1"}), first, soft], moment())
        opened(tx, "rt/agent", 14, minutes=1)

    write(database, work)
    log = board_of(database).log

    assert [line.kind for line in log] == ["incident.opened", "target.soft", "daemon.started"]
    assert "SC-0602-014" in log[0].text
    assert "Bộ định tuyến A" in log[1].text


def test_journal_lines_go_on_from_where_a_reader_stopped(database: Path) -> None:
    facts = [Fact(FactKind.DAEMON_STARTED, refs={"version": str(n)}) for n in range(5)]
    write(database, lambda tx: tx.append(facts, moment()))

    with reader(database)() as connection:
        newest = journal_lines(connection, settings(database.parent), WORDS, limit=2)
        after = journal_lines(connection, settings(database.parent), WORDS, after_seq=1, limit=3)

    assert [line.seq for line in newest] == [4, 5]
    assert [line.seq for line in after] == [2, 3, 4]


def test_a_bent_row_of_the_journal_does_not_take_the_board_away(database: Path) -> None:
    def work(tx: Tx) -> None:
        tx.append([Fact(FactKind.DAEMON_STARTED)], moment())
        values = {"seq": 2, "ts": NOW, "boot": "x", "kind": "no.such", "refs": "{broken", "prev": "", "hash": ""}
        tx.sql.execute(t.journal.insert().values(**values))

    write(database, work)

    assert [line.seq for line in board_of(database).log] == [2, 1]
