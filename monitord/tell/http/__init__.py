"""What the channels over HTTP share: one bounded client, and the gateways that send an SMS for us."""
