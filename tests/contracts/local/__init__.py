"""The embedded AWS, area by area."""
