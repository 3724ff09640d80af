"""The whole pipeline on the embedded AWS."""
