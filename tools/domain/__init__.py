"""What we know about budgets: pure decisions on typed values."""
