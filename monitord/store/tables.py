"""The tables. What people and the desk decide lives here; what an administrator decides lives in YAML."""

import sqlalchemy as sa

from monitord.store.columns import UtcDateTime
from monitord.store.reach import ANY, reach_of_row

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

WRITTEN_TO = "roster_written_to"
"""Key of `meta`: up to when the daily slots of the roster are written out as shifts."""

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("home", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("telegram", sa.BigInteger, index=True),
    sa.Column("stand_ins", sa.JSON, nullable=False),
    sa.Column("addresses", sa.JSON, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)

bound = sa.Table(
    "bound",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("account", sa.BigInteger, nullable=False, unique=True),
    sa.Column("bound_at", UtcDateTime, nullable=False),
    sa.Column("bound_by", sa.String(64), nullable=False),
)

binding_code = sa.Table(
    "binding_code",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("given_by", sa.String(64), nullable=False),
    # Who sent it: looked at before it is confirmed.
    sa.Column("account", sa.BigInteger),
    sa.Column("account_name", sa.Text),
)

binding_try = sa.Table(
    "binding_try",
    metadata,
    sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

shift = sa.Table(
    "shift",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("backup", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reach", sa.Integer, nullable=False, default=reach_of_row, server_default=str(ANY)),
    sa.UniqueConstraint("unit", "duty", "person", "starts", "ends"),
    sa.Index("ix_shift_reach_starts", "reach", "starts", "ends"),
    sa.Index("ix_shift_duty_reach_starts", "unit", "duty", "reach", "starts", "ends"),
)
"""Who is on duty: what is planned, with the overlays laid over it. Whoever asks for an instant asks here."""

roster_batch = sa.Table(
    "roster_batch",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
)
"""What was written into the roster at once: a spreadsheet, a calendar, shifts by hand."""

roster_period = sa.Table(
    "roster_period",
    metadata,
    sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("unit", sa.String(64), primary_key=True),
    sa.Column("duty", sa.String(64), primary_key=True),
    sa.Column("starts", UtcDateTime, primary_key=True),
    sa.Column("ends", UtcDateTime, nullable=False),
)
"""For which time a batch says all there is, so that nothing planned before counts."""

planned_shift = sa.Table(
    "planned_shift",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("batch", sa.Integer, nullable=False, index=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("backup", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)

overlay = sa.Table(
    "overlay",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("outgoing", sa.JSON(none_as_null=True)),
    sa.Column("incoming", sa.JSON, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
)

leave = sa.Table(
    "leave",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
)

deadline_sent = sa.Table(
    "deadline_sent",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("deadline", sa.String(64), nullable=False),
    sa.Column("due", UtcDateTime, nullable=False),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Index("ix_deadline_sent_deadline_due", "deadline", "due"),
)
"""What was sent to meet a deadline, as it was said: a correction is a new row, and the newest counts."""
coverage_gap = sa.Table(
    "coverage_gap",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime),
    sa.Column("have", sa.Integer, nullable=False),
    sa.Column("need", sa.Integer, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("told", sa.Integer, nullable=False),
    sa.Column("closed_at", UtcDateTime, index=True),
)

swap = sa.Table(
    "swap",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    sa.Column("asker", sa.String(64), nullable=False),
    sa.Column("named", sa.String(64)),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False),
    sa.Column("expires", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("taker", sa.String(64)),
    sa.Column("decider", sa.String(64)),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("moved_at", UtcDateTime, nullable=False),
    # The overlay that it came to.
    sa.Column("overlay", sa.Integer),
)
"""Who asked others to stand in for him, and what came of it."""

do_not_call = sa.Table(
    "do_not_call",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("said_at", UtcDateTime, nullable=False),
)
"""Who is not to be called by telephone up to when, but for what is of severity 1."""

contact_code = sa.Table(
    "contact_code",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    # The code is made of it and of the key of this database, and is kept nowhere.
    sa.Column("nonce", sa.String(32), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("given_by", sa.String(64), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
"""The codes that prove that a message by a channel is read by the person; one for each way."""

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("duty", sa.String(64), nullable=False),
    # The instant of the change: one shift ends, another begins.
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("given_by", sa.String(64)),
    sa.Column("given_at", UtcDateTime),
    sa.Column("taken_by", sa.String(64)),
    sa.Column("taken_at", UtcDateTime),
    sa.Column("frozen_at", UtcDateTime),
    # Canonical JSON: its digest stands in the journal.
    sa.Column("content", sa.Text),
    sa.UniqueConstraint("unit", "duty", "at"),
    sa.Index("ix_handover_frozen_at", "frozen_at", "at"),
)
"""The handover book of each change of a duty that is called over."""

target = sa.Table(
    "target",
    metadata,
    sa.Column("id", sa.String(255), primary_key=True),
    sa.Column("device", sa.String(64), nullable=False, index=True),
    sa.Column("settled", sa.String(16)),
    sa.Column("seen", sa.String(16)),
    sa.Column("firmness", sa.String(8)),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("confirm", sa.Integer, nullable=False),
    sa.Column("cause", sa.String(32)),
    sa.Column("detail", sa.Text),
    sa.Column("since", UtcDateTime),
    sa.Column("first_bad", UtcDateTime),
    sa.Column("last_good", UtcDateTime),
    sa.Column("held", sa.JSON, nullable=False),
    sa.Column("edge_boot", sa.String(64)),
    sa.Column("edge_seq", sa.Integer),
    sa.Column("edge_seen", UtcDateTime),
    sa.Column("flapping", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("history", sa.String(32), nullable=False, server_default=""),
    # The last hard health that was not UNKNOWN: what a silent device said last of its ports still counts.
    sa.Column("known", sa.String(16)),
    # Of a link, a ring, a cable: the links that failed and the devices it lost.
    sa.Column("made_of", sa.Text),
    sa.Column("lasts_until", UtcDateTime),
    # A fault that waits to be told: since when, whether something above it failed, and after which look it may be.
    sa.Column("withheld_at", UtcDateTime, index=True),
    sa.Column("behind", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("look_after", UtcDateTime),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("day", sa.String(10), nullable=False, index=True),
    sa.Column("target", sa.String(255), nullable=False, index=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("health", sa.String(16), nullable=False),
    sa.Column("cause", sa.String(32), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False, index=True),
    sa.Column("policy", sa.JSON, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("detected_at", UtcDateTime, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("ladder_from", UtcDateTime, nullable=False),
    sa.Column("first_bad", UtcDateTime),
    sa.Column("last_good", UtcDateTime),
    sa.Column("acknowledged_at", UtcDateTime),
    sa.Column("acknowledged_by", sa.String(64)),
    sa.Column("ack_expires_at", UtcDateTime),
    sa.Column("restored_at", UtcDateTime),
    sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),
    sa.Column("episode_from", UtcDateTime),
    sa.Column("down_before", sa.Float, nullable=False, server_default="0"),
    sa.Column("spent", sa.Float, nullable=False, server_default="0"),
    sa.Column("hushed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("recurrence_of", sa.Integer),
    sa.Column("recurrence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("eta", UtcDateTime),
    sa.Column("assigned_to", sa.String(64)),
    sa.Column("ticket", sa.String(64)),
    sa.Column("lane", sa.String(64)),
    sa.Column("site", sa.String(64)),
    sa.Column("suspected", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("drill", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fixed_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("told_health", sa.String(16)),
    sa.Column("suspect", sa.String(24)),
    sa.Column("storm", sa.Integer),
    sa.UniqueConstraint("day", "number"),
    sa.Index("ix_incident_unit_opened", "unit", "opened_at"),
)
sa.Index(
    "uq_incident_running_target",
    incident.c.target,
    unique=True,
    sqlite_where=incident.c.phase.in_(["open", "acknowledged"]),
    postgresql_where=incident.c.phase.in_(["open", "acknowledged"]),
)
sa.Index(
    "ix_incident_storm",
    incident.c.storm,
    sqlite_where=incident.c.storm.is_not(None),
    postgresql_where=incident.c.storm.is_not(None),
)
sa.Index("ix_incident_hushed", incident.c.id, sqlite_where=incident.c.hushed, postgresql_where=incident.c.hushed)

storm = sa.Table(
    "storm",
    metadata,
    sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("waves", sa.Integer, nullable=False),
    sa.Column("calm", sa.Boolean, nullable=False),
    sa.Column("told", sa.Integer, nullable=False),
    sa.Column("told_at", UtcDateTime),
    sa.Column("lost", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
)
sa.Index(
    "uq_storm_running_unit",
    storm.c.unit,
    unique=True,
    sqlite_where=storm.c.ended_at.is_(None),
    postgresql_where=storm.c.ended_at.is_(None),
)

window = sa.Table(
    "window",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("series", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("scope", sa.JSON, nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("leader", sa.String(64)),
    sa.Column("reason", sa.Text, nullable=False),
)

timer = sa.Table(
    "timer",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("incident", sa.ForeignKey("incident.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("due", UtcDateTime, nullable=False),
    sa.Column("due_boot", sa.Float, nullable=False),
    sa.Column("boot_id", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Index("ix_timer_state_due_boot", "state", "due_boot"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(255), nullable=False, unique=True),
    sa.Column("incident", sa.ForeignKey("incident.id"), index=True),
    sa.Column("event", sa.String(24), nullable=False),
    sa.Column("step", sa.Integer),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("organisation", sa.String(64)),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("fallback", sa.JSON, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("skipped", sa.JSON, nullable=False),
    sa.Column("late", sa.Float),
    sa.Column("edits", sa.Integer),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("uncertain", sa.Integer, nullable=False),
    sa.Column("last_cause", sa.String(32)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("message_ref", sa.String(64)),
    sa.Column("text", sa.Text),
    sa.Column("bundle", sa.String(32)),
    sa.Index("ix_outbox_state_channel", "state", "channel", "not_before"),
)

attempt = sa.Table(
    "delivery_attempt",
    metadata,
    sa.Column("notice", sa.ForeignKey("outbox.id"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("started", UtcDateTime, nullable=False),
    sa.Column("ended", UtcDateTime),
    sa.Column("delivery", sa.String(16)),
    sa.Column("cause", sa.String(32)),
    sa.Column("detail", sa.Text),
)

button = sa.Table(
    "button",
    metadata,
    sa.Column("ref", sa.String(32), primary_key=True),
    sa.Column("notice", sa.ForeignKey("outbox.id"), nullable=False, index=True),
    # None under a bulletin: the notice says which.
    sa.Column("incident", sa.ForeignKey("incident.id")),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    # Which of several it is: a person, a cause.
    sa.Column("value", sa.String(64), nullable=False, server_default=sa.text("''")),
)

bulletin = sa.Table(
    "bulletin",
    metadata,
    sa.Column("key", sa.String(96), primary_key=True),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("due", UtcDateTime, nullable=False, index=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    # What was asked for and nothing else is what leaves: the figures are frozen once somebody was asked.
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("asked_at", UtcDateTime),
    sa.Column("approved_by", sa.String(64)),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("lapsed_at", UtcDateTime),
)

tg_update = sa.Table(
    "tg_update",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True),
    sa.Column("received", UtcDateTime, nullable=False),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
)

channel_state = sa.Table(
    "channel_state",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("works", sa.Boolean, nullable=False),
    sa.Column("since", UtcDateTime),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_from", UtcDateTime),
    sa.Column("cause", sa.String(32), nullable=False),
    sa.Column("to", sa.String(64), nullable=False),
    sa.Column("tried_at", UtcDateTime),
    sa.Column("told_at", UtcDateTime),
    sa.Column("heard_at", UtcDateTime),
    sa.Column("lost", sa.Boolean, nullable=False, server_default=sa.false()),
)

canary = sa.Table(
    "canary",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("token", sa.String(32), nullable=False),
    sa.Column("asked_at", UtcDateTime),
    sa.Column("waits_from", UtcDateTime),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("back_at", UtcDateTime),
    # Seconds.
    sa.Column("took", sa.Float),
    sa.Column("missed", sa.Integer, nullable=False),
)

channel_reading = sa.Table(
    "channel_reading",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("value", sa.Float),
    sa.Column("at", UtcDateTime),
    # When it was asked for last, and since when its lack is told.
    sa.Column("asked_at", UtcDateTime),
    sa.Column("low_since", UtcDateTime),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("confirmed_at", UtcDateTime, nullable=False),
)

heard = sa.Table(
    "heard",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("received", UtcDateTime, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ts", UtcDateTime, nullable=False),
    sa.Column("boot", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("incident", sa.Integer, index=True),
    sa.Column("target", sa.String(255), index=True),
    sa.Column("actor", sa.String(64)),
    sa.Column("refs", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64)),
    sa.Column("prev", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

journal_private = sa.Table(
    "journal_private",
    metadata,
    sa.Column("seq", sa.ForeignKey("journal.seq"), primary_key=True, autoincrement=False),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
