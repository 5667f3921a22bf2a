"""What is said: a durable row first, then sent within budgets, through outages, nothing lost."""
