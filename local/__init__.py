"""The embedded AWS: moto, completed where budgets, costs and permissions need more; never packaged."""
