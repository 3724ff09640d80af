"""Prose: what is written in a text, read without knowing whether it is true: sentences, figures, dates, names."""
