"""The hands: what the agent can do, what it knows about budgets, how AWS is called."""
