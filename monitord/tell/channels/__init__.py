"""One file per channel; each declares itself as `CHANNEL`."""
