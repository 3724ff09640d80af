"""What is known: figures, dates, names and texts that the tools gave, gathered from their results in facts.py."""
