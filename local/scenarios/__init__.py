"""Synthetic organizations: what they spend, what they have budgeted, who they are."""
