"""What keeps the first tables as they are promised, in the words of each database. Like its migration: not changed."""

from collections.abc import Iterator

NUMBERED = ("incident", "outbox", "shift", "timer")
"""Tables whose rows are numbered by the database."""


def sqlite_guards(append_only: tuple[str, ...]) -> Iterator[str]:
    """Yield the statements that make tables append-only."""
    for table in append_only:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE deletes without firing the trigger above.
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def postgresql_guards(append_only: tuple[str, ...]) -> Iterator[str]:
    """Yield the statements that make tables append-only, number rows as SQLite does, and let text be of any length."""
    yield (
        "CREATE FUNCTION monitord_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', "
        "MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    )
    for table in append_only:
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION monitord_append_only()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION monitord_append_only()"
        )
        for name in ("no_change", "no_truncate"):
            # Else a session could say that it is a replica, and none would fire.
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
    for table in NUMBERED:
        # A sequence leaves gaps where something was undone or stood there already.
        yield f"ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT"
        yield f"DROP SEQUENCE {table}_id_seq"
        yield (
            f"CREATE FUNCTION monitord_next_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"NEW.id := coalesce((SELECT max(id) FROM {table}), 0) + 1; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_number BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.id IS NULL) "
            f"EXECUTE FUNCTION monitord_next_{table}()"
        )
    # SQLite keeps what is too long; refused text would be an outage that nobody hears of.
    yield (
        "DO $$ DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND data_type = 'character varying' "
        "AND table_name <> 'alembic_version' LOOP "
        "EXECUTE 'ALTER TABLE ' || quote_ident(c.table_name) || ' ALTER COLUMN ' || quote_ident(c.column_name) "
        "|| ' TYPE varchar'; END LOOP; END $$"
    )


def drop_postgresql_guards() -> Iterator[str]:
    """Yield the statements that remove what tables leave behind when they are dropped."""
    for name in ("append_only", *(f"next_{table}" for table in NUMBERED)):
        yield f"DROP FUNCTION monitord_{name}()"
