"""Insights: what a person should know of the budgets of an account, listed in catalogue.py."""
