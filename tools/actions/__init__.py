"""What the agent can do: one file per action, listed in catalogue.py."""
