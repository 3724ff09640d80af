"""What AWS Budgets accepts and refuses."""
