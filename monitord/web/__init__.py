"""The pages: what the desk knows, shown to whoever sits at this machine, and the doors for health and metrics."""
