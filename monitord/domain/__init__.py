"""What is true on a duty desk: pure functions over frozen values. Standard library only; time is an argument."""
