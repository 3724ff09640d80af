"""Decisions, without AWS."""
