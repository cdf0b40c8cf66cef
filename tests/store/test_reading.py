"""Who reads cannot write, hinders nobody and sees no half of anything; instants have their zone."""

import threading
from datetime import datetime

import pytest
import sqlalchemy as sa

from monitord.store import tables as t
from monitord.store.columns import UtcDateTime
from monitord.store.engine import Place, reading_engine
from monitord.store.tx import Tx


def test_reading_cannot_write(engine: sa.Engine, place: Place) -> None:
    reading = reading_engine(place)
    with reading.connect() as connection, pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
        connection.execute(t.meta.insert().values(key="a", value="b"))
    reading.dispose()


def test_a_reader_does_not_hinder_the_writer_nor_see_half_of_it(engine: sa.Engine, place: Place) -> None:
    reading = reading_engine(place)
    with reading.connect() as reader:
        assert reader.execute(sa.select(t.meta)).all() == []
        with engine.begin() as writer:
            writer.execute(t.meta.insert().values(key="a", value="b"))
        assert reader.execute(sa.select(t.meta)).all() == []
    with reading.connect() as reader:
        assert len(reader.execute(sa.select(t.meta)).all()) == 1
    reading.dispose()


def test_a_naive_instant_is_refused_by_every_column_of_instants(engine: sa.Engine) -> None:
    naive = datetime(2026, 12, 1, 3, 0)  # noqa: DTZ001
    columns = [c for table in t.metadata.tables.values() for c in table.columns if isinstance(c.type, UtcDateTime)]
    assert len(columns) >= 15
    for column in columns:
        with engine.connect() as connection, pytest.raises(sa.exc.StatementError, match="naive"):
            connection.execute(sa.select(column).where(column == naive))


def test_a_failing_reader_thread_leaves_the_writer_alone(engine: sa.Engine, place: Place) -> None:
    reading = reading_engine(place)
    failures: list[Exception] = []

    def read() -> None:
        try:
            with reading.connect() as connection:
                connection.exec_driver_sql("SELECT * FROM nowhere")
        except sa.exc.DBAPIError as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        Tx(connection, lambda n: "s" * n).put("a", "b")
    assert len(failures) == 4
    reading.dispose()
