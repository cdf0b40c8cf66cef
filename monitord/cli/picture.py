"""`monitord incident picture`: the pictures of an incident as files, for a report. It reads the database; no daemon is
needed."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from monitord.account.courses import incident_by
from monitord.account.documents import picture_of
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, reading
from monitord.clock import SystemClock
from monitord.domain.document import AttachmentKind, CannotMake
from monitord.domain.safe import clean


def picture(
    code: Annotated[str, Parameter(help="Whole code of an incident: SC-0602-014.")],
    *,
    out: Annotated[Path, Parameter(name="--out", help="The PNG to write.")],
    ring: Annotated[bool, Parameter(name="--ring", help="The ring that it is about instead of its course.")] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Draw the course of an incident, or with --ring the ring that it is about; names of roles, not of people."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("a picture needs the settings: name their folder with --config", WRONG)
        incident = incident_by(desk.connection, code.strip().upper())
        if incident is None or incident.lane is not None or incident.suspected:
            fail(f"no incident of which there are pictures has the code {clean(code, 60)!r}", 1)
        kind = AttachmentKind.SKETCH if ring else AttachmentKind.TIMELINE
        try:
            made = picture_of(
                desk.connection, desk.settings, desk.words, incident, kind, SystemClock().now(), runs=False
            )
        except CannotMake as why:
            fail(f"{incident.code} cannot be drawn: {clean(str(why))}", 1)
    try:
        out.write_bytes(made)
    except OSError as error:
        fail(f"{out}: {error.strerror}; name a file in a folder that may be written", WRONG)
    print(f"{out}: {len(made)}")
    return 0
