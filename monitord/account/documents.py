"""Documents that go with a message, made of what the database says when the message is sent."""

from datetime import datetime

import sqlalchemy as sa

from monitord.account.courses import course_of, incident_by, ring_of
from monitord.account.export import ENCODING
from monitord.account.storm_list import csv_of, storm_of
from monitord.domain.document import Attachment, AttachmentKind, CannotMake, Document
from monitord.domain.incident import Incident
from monitord.draw.course import course_sheet
from monitord.draw.png import png
from monitord.draw.ring import ring_sheet
from monitord.draw.sheet import NotDrawn
from monitord.settings.model import Settings
from monitord.texts.story import Words

NAMES = {AttachmentKind.TIMELINE: "dien-bien", AttachmentKind.SKETCH: "so-do"}
"""What the file of a picture is called behind its incident's number."""


def document_of(connection: sa.Connection, what: Attachment, settings: Settings, words: Words) -> Document:
    """Return the document that is to be attached, as of its instant; LookupError when there is nothing to make it of,
    CannotMake for a picture that cannot be drawn.

    Its name tells incident and time of day: `DR-1109-004-0330.csv`, `SC-0602-014-so-do-0330.png`.
    """
    match what.kind:
        case AttachmentKind.STORM_LIST:
            storm = storm_of(connection, what.incident)
            if storm is None:
                raise LookupError(f"incident {what.incident} is no storm")
            text = csv_of(connection, storm, settings, words, what.at)
            name = f"{storm.code}-{what.at.astimezone(settings.zone):%H%M}.csv"
            return Document(name, text.encode(ENCODING))
        case AttachmentKind.TIMELINE | AttachmentKind.SKETCH:
            incident = incident_by(connection, what.incident)
            if incident is None:
                raise CannotMake(f"there is no incident {what.incident}")
            content = picture_of(connection, settings, words, incident, what.kind, what.at)
            name = f"{incident.code}-{NAMES[what.kind]}-{what.at.astimezone(settings.zone):%H%M}.png"
            return Document(name, content, picture=True)


def picture_of(
    connection: sa.Connection,
    settings: Settings,
    words: Words,
    incident: Incident,
    kind: AttachmentKind,
    at: datetime,
    *,
    runs: bool = True,
) -> bytes:
    """Return the picture of an incident as a PNG: its course, or the ring that it is about; CannotMake when there is
    none. `runs` says that the daemon does."""
    try:
        if kind is AttachmentKind.TIMELINE:
            return png(
                course_sheet(course_of(connection, settings, words, incident, at, runs=runs), words, settings.zone)
            )
        ring = ring_of(connection, settings, words, incident, at, runs=runs)
        if ring is None:
            raise CannotMake(f"{incident.code} is about no ring of the settings")
        return png(ring_sheet(ring, words, settings.zone))
    except NotDrawn as why:
        raise CannotMake(str(why)) from why
