"""Chaos: the whole house in real processes, killed, starved and lied to; counted at the desk, as the customer
sees it."""
