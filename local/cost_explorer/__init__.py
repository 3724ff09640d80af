"""Cost Explorer of the embedded AWS, answering from the ledger."""
