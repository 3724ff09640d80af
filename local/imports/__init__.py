"""The user's own spending, read from files into a ledger."""
