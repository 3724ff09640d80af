"""Lint: budgets that can never fire, always will, or watch what another one watches; checks in catalogue.py."""
