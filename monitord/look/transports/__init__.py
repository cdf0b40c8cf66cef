"""Transports: one file for each way of looking. They ask and hand back sights; they never judge."""
