"""Telling: the dispatcher that empties the outbox, the channels it sends through, and the loop that hears what people
press.
"""
