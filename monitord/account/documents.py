"""Documents that go with a message, made of what the database says when the message is sent."""

import sqlalchemy as sa

from monitord.account.export import ENCODING
from monitord.account.storm_list import csv_of, storm_of
from monitord.domain.document import Attachment, AttachmentKind, Document
from monitord.settings.model import Settings
from monitord.texts.story import Words


def document_of(connection: sa.Connection, what: Attachment, settings: Settings, words: Words) -> Document:
    """Return the document that is to be attached, as of its instant; LookupError when there is nothing to make it of.

    Its name tells storm and time of day: `DR-1109-004-0330.csv`.
    """
    match what.kind:
        case AttachmentKind.STORM_LIST:
            storm = storm_of(connection, what.incident)
            if storm is None:
                raise LookupError(f"incident {what.incident} is no storm")
            text = csv_of(connection, storm, settings, words, what.at)
            name = f"{storm.code}-{what.at.astimezone(settings.zone):%H%M}.csv"
            return Document(name, text.encode(ENCODING))
