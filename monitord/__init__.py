"""monitord: an outage and duty daemon for communications that must flow 24/24."""

__version__ = "0.1.0"
