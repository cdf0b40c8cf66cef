"""Looking at the network: what to ask whom, when, and the one coroutine that does it."""
