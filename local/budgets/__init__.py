"""AWS Budgets of the embedded AWS: all 26 operations, with the rules of the real one."""
