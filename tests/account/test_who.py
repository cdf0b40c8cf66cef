"""Who is on duty: `[start, end)`, across midnight, at the minute of handover, and how an instant is written."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from monitord.account.who import NotAnInstant, day_at, instant_at, units_and_duties, who_at, written_between
from monitord.store import tables as t
from monitord.store.engine import reading_engine, writing_engine
from monitord.store.migrate import bring_up

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2027, 2, 5, 18, 30, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """Return a database with a night shift that ends in a handover, a leader, and another unit."""
    database = tmp_path / "roster.db"
    bring_up(database)
    engine = writing_engine(database)
    with engine.begin() as connection:
        person = {"home": "vt", "title": "Kỹ thuật viên", "stand_ins": [], "source": "settings"}
        connection.execute(t.person.insert(), [{"id": "an", "name": "Nguyễn Văn An", "phone": "0900000001", **person}])
        shifts = [
            ("vt", "shift", "an", "2027-02-05 19:00", "2027-02-06 07:00"),
            ("vt", "shift", "binh", "2027-02-06 07:00", "2027-02-06 19:00"),
            ("vt", "leader", "chi", "2027-02-05 07:00", "2027-02-06 07:00"),
            ("bd", "shift", "dung", "2027-02-05 23:59", "2027-02-06 00:01"),
        ]
        connection.execute(
            t.shift.insert(),
            [
                {
                    "unit": u,
                    "duty": d,
                    "person": p,
                    "starts": local(s),
                    "ends": local(e),
                    "source": "yaml:roster.yaml:3",
                }
                for u, d, p, s, e in shifts
            ],
        )
    engine.dispose()
    return database


def people(database: Path, at: str, **only: str) -> list[str]:
    with reading_engine(database).connect() as connection:
        return [one.person for one in who_at(connection, local(at), **only)]


def test_a_shift_goes_on_over_midnight(roster: Path) -> None:
    assert people(roster, "2027-02-05 23:58", unit="vt", duty="shift") == ["an"]
    assert people(roster, "2027-02-06 00:00", unit="vt", duty="shift") == ["an"]
    assert people(roster, "2027-02-06 06:59", unit="vt", duty="shift") == ["an"]


def test_at_the_minute_of_handover_the_incoming_person_alone_is_on_duty(roster: Path) -> None:
    assert people(roster, "2027-02-05 18:59", unit="vt", duty="shift") == []
    assert people(roster, "2027-02-05 19:00", unit="vt", duty="shift") == ["an"]
    assert people(roster, "2027-02-06 07:00", unit="vt") == ["binh"]
    with reading_engine(roster).connect() as connection:
        last = local("2027-02-06 07:00").replace(microsecond=0) - (datetime.resolution)
        assert [one.person for one in who_at(connection, last, "vt", "shift")] == ["an"]


def test_every_unit_and_duty_is_shown_in_order_unless_one_is_named(roster: Path) -> None:
    assert people(roster, "2027-02-06 00:00") == ["dung", "chi", "an"]
    assert people(roster, "2027-02-06 00:01") == ["chi", "an"]
    assert people(roster, "2027-02-06 00:00", duty="leader") == ["chi"]
    assert people(roster, "2027-02-06 00:00", unit="nowhere") == []


def test_a_row_says_who_how_to_call_from_when_to_when_and_where_it_is_written(roster: Path) -> None:
    with reading_engine(roster).connect() as connection:
        (an,) = who_at(connection, local("2027-02-05 23:58"), "vt", "shift")
        (chi,) = who_at(connection, local("2027-02-05 23:58"), "vt", "leader")
        assert units_and_duties(connection) == (frozenset({"vt", "bd"}), frozenset({"shift", "leader"}))
        assert written_between(connection) == (local("2027-02-05 07:00"), local("2027-02-06 19:00"))
    assert (an.name, an.phone, an.source) == ("Nguyễn Văn An", "0900000001", "yaml:roster.yaml:3")
    assert (an.start, an.end) == (local("2027-02-05 19:00"), local("2027-02-06 07:00"))
    assert (chi.name, chi.phone) == ("chi", "")


def test_an_empty_roster_is_said_to_be_empty(tmp_path: Path) -> None:
    bring_up(tmp_path / "empty.db")
    with reading_engine(tmp_path / "empty.db").connect() as connection:
        assert who_at(connection, NOW) == []
        assert written_between(connection) is None


@pytest.mark.parametrize(
    ("text", "local_time"),
    [
        ("2027-02-05 23:58", "2027-02-05 23:58"),
        ("2027-02-05T23:58:30", "2027-02-05 23:58:30"),
        ("23:58", "2027-02-06 23:58"),
        ("7:05", "2027-02-06 07:05"),
        (" 00:00 ", "2027-02-06 00:00"),
        ("2027-02-05T23:58:00+07:00", "2027-02-05 23:58"),
        ("2027-02-05T16:58:00Z", "2027-02-05 23:58"),
        ("2027-02-05 16:58:00.500000+0000", "2027-02-05 23:58:00.500000"),
        ("2027-02-05 9:00", "2027-02-05 09:00"),
        ("mùng 1 03:29", "2027-02-06 03:29"),
        ("mùng 1 Tết 2027 00:00", "2027-02-06 00:00"),
        ("23h58 29 Tết", "2027-02-05 23:58"),
    ],
)
def test_an_instant_is_read_in_the_zone_of_the_desk(text: str, local_time: str) -> None:
    # 18:30 UTC is already the next day at the desk: "today" is the desk's.
    assert instant_at(text, NOW, ZONE) == local(local_time)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2027-02-05", "24:00", "23:60", "2027-02-30 10:00", "05/02/2027 23:58", "٢٣:٥٨", "2027-02-05 23:58 ICT",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-02-05T23:58+99:99", "\x1b[31m23:58", "1" * 5000],
)  # fmt: skip
def test_what_is_no_instant_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(NotAnInstant, match="23:58") as refused:
        instant_at(text, NOW, ZONE)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 250


def test_30_tet_is_offered_the_29th() -> None:
    with pytest.raises(NotAnInstant, match=r'did you mean "29 Tết" \(05/02/2027\)'):
        instant_at("30 Tết 23:58", NOW, ZONE)
    with pytest.raises(NotAnInstant, match=r'did you mean "29 Tết" \(05/02/2027\)'):
        day_at("30 Tết", NOW, ZONE)
    assert day_at("mùng 1", NOW, ZONE) == day_at("2027-02-06", NOW, ZONE) == date(2027, 2, 6)


def test_a_local_time_that_comes_twice_or_never_asks_for_the_offset() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with pytest.raises(NotAnInstant, match="twice"):
        instant_at("2027-10-31 02:30", NOW, berlin)
    with pytest.raises(NotAnInstant, match="never"):
        instant_at("2027-03-28 02:30", NOW, berlin)
    assert instant_at("2027-10-31T02:30+01:00", NOW, berlin) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_ids_are_parameters_and_never_sql(roster: Path) -> None:
    assert people(roster, "2027-02-06 00:00", unit="vt' OR '1'='1") == []
    with reading_engine(roster).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.shift)).scalar() == 4
