"""The desk: the single writer of incidents.

Commands go in; facts, timers and outbox rows come out, in one transaction.
"""
