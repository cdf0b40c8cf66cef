"""Voice calls: the words spoken, a telephone that is a program of its own, and the conversation over it."""
