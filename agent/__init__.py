"""The decider: turns events into actions and results into replies."""
