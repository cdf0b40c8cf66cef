"""Health of a target: what is seen, why, and why nobody is told."""

from enum import StrEnum


class Health(StrEnum):
    """What is seen of a target. UNKNOWN means that we could not look, which is not the same as DOWN."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    GARBLED = "garbled"
    AUTH = "auth"
    UNKNOWN = "unknown"


FAULTS = frozenset({Health.DEGRADED, Health.DOWN, Health.GARBLED, Health.AUTH})
"""The healths for which an incident opens once they are hard."""


class Hold(StrEnum):
    """Why nobody is told. Being held never changes what is recorded as seen."""

    PARENT = "parent"
    MAINTENANCE = "maintenance"
    FLAPPING = "flapping"
    MUTE = "mute"
    BLIND = "blind"


class Cause(StrEnum):
    """Why a verdict is what it is: a closed set, the same word in journal, message, page and metric."""

    FINE = "fine"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BAD_ANSWER = "bad_answer"
    WRONG_OBJECT = "wrong_object"
    NOT_SUPPORTED = "not_supported"
    WRONG_TYPE = "wrong_type"
    AGENT_ERROR = "agent_error"
    TOO_LARGE = "too_large"
    ACCESS_DENIED = "access_denied"
    NOT_LOOKED = "not_looked"
    NAME_NOT_RESOLVED = "name_not_resolved"
    DEVICE_SILENT = "device_silent"
    NO_SUCH_INTERFACE = "no_such_interface"
    INTERFACE_DOWN = "interface_down"
    TABLE_INCOMPLETE = "table_incomplete"
    BAD_STATUS = "bad_status"
    TEXT_MISSING = "text_missing"
    TEXT_FORBIDDEN = "text_forbidden"
    SLOW = "slow"
    TIMED_OUT = "timed_out"
    REDIRECT = "redirect"
    TLS = "tls"
    HTTP_PROTOCOL = "http_protocol"
    CHECK_FAILED = "check_failed"
    BLIND = "blind"
    REPORTED = "reported"
    ON_BATTERY = "on_battery"
    BATTERY_LOW = "battery_low"
    CONGESTED = "congested"
    PON_LIGHT = "pon_light"
    PON_POWER = "pon_power"
    PON_LOST = "pon_lost"
    LINK_BOTH_ENDS = "link_both_ends"
    LINK_ONE_END = "link_one_end"
    LINK_SILENT = "link_silent"
    RING_OPEN = "ring_open"
    RING_SPLIT = "ring_split"
    CABLE_CUT = "cable_cut"
    STORM = "storm"
    SITE_SILENT = "site_silent"
    AREA_MAINS = "area_mains"
    AREA_SILENT = "area_silent"
    AREA_CUSTOMERS = "area_customers"


class Happening(StrEnum):
    """Something a check noticed that is not a fault by itself, such as a restart; an event in the journal."""

    RESTARTED = "restarted"
    RENUMBERED = "renumbered"
    FINGERPRINT = "fingerprint"
    PAGE_CHANGED = "page_changed"
    STRANGE_DEVICE = "strange_device"
    PEAK = "peak"


STANDING = frozenset({Happening.FINGERPRINT, Happening.PAGE_CHANGED, Happening.STRANGE_DEVICE})
"""Happenings that go on: told once, and not at every look while they are so."""
SUSPICIOUS = frozenset({Happening.PAGE_CHANGED, Happening.STRANGE_DEVICE})
"""Happenings that may be an attack: named persons look into them (`Lane.suspects`)."""
