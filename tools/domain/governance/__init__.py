"""The user's own rules for budgets: what they are, and whether a budget obeys them."""
