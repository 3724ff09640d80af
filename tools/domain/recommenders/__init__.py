"""Ways to propose a limit from spend history, listed in catalogue.py."""
