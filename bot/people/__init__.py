"""Who people are: roles, strangers, and what each wants to hear."""
