"""Budget templates: budgets with their thresholds and restrictions, of which only a few values are left to say."""
