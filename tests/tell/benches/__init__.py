"""The other side of each channel, as the contract suite needs it."""
