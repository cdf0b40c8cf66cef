"""Where the database lies: a file in the state folder unless a PostgreSQL database is named."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.bootstrap import database_of
from monitord.settings import Settings
from tests.settings.small import SECRETS, SMALL, broken, loaded, mistakes, written

ZONE = "zone: Asia/Ho_Chi_Minh"
URL = "postgresql://monitord:bí%20mật@db.example:5433/monitord?sslmode=verify-full"


def named(folder: Path, database: str, mode: int = 0o640) -> Settings:
    """Return the settings of the small desk with that database; `{secret: database}` is URL."""
    text = broken(ZONE, f"database: {database}")
    return loaded(written(folder, text, mode=mode), {**SECRETS, "MONITORD_SECRET_DATABASE": URL})


def test_without_a_word_it_is_a_file_in_the_state_folder(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path))
    assert settings.database is None
    assert database_of(settings) == settings.state_dir / "monitord.db"


def test_a_url_is_a_secret_and_names_server_database_and_driver(tmp_path: Path) -> None:
    settings = named(tmp_path, "{secret: database}")
    place = database_of(settings)
    assert isinstance(place, sa.URL)
    assert (place.drivername, place.host, place.port, place.database) == (
        "postgresql+psycopg",
        "db.example",
        5433,
        "monitord",
    )
    assert (place.password, place.query["sslmode"]) == ("bí mật", "verify-full")
    assert {"bí mật", "bí%20mật", URL} <= settings.secrets()
    assert "bí%20mật" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["postgresql://db/monitord", "postgresql:///monitord?host=/run/postgresql", "postgresql://[::1]/m"]
)
def test_a_url_without_a_password_may_stand_in_a_file_that_everybody_can_read(tmp_path: Path, url: str) -> None:
    assert named(tmp_path, f'"{url}"', 0o644).database is not None


def test_a_password_in_a_file_that_everybody_can_read_is_a_mistake(tmp_path: Path) -> None:
    text = broken(ZONE, 'database: "postgresql://monitord:word@db/monitord"')
    [problem] = mistakes(written(tmp_path, text, mode=0o644))
    assert "chmod 640" in str(problem)
    assert "word" not in str(problem).replace("password", "")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db/monitord",
        "postgresql+psycopg://db/monitord",
        "postgres://db/monitord",
        "postgresql://db",
        "postgresql://db/",
        "postgresql:///monitord",
        "postgresql://db:0/monitord",
        "postgresql://db:port/monitord",
        "postgresql://db/a/b",
        "postgresql://[::1/monitord",
        "postgresql://db/monitord?host",
        "monitord.db",
    ],
)
def test_what_is_no_such_url_is_told_where_it_stands_and_not_repeated(tmp_path: Path, url: str) -> None:
    text = broken(ZONE, f'database: "{url}"')
    [problem] = mistakes(written(tmp_path, text))
    column = SMALL.splitlines()[0].index(ZONE) + len("database: ") + 1
    assert str(problem).startswith(f"small.yaml:1:{column}: `database` must name a database on a PostgreSQL")
    assert url not in str(problem)
