"""What the daemon says about itself: logs, metrics, vital signs, and word to systemd."""
