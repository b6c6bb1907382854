"""The send path under a virtual clock: seeded histories of one ticket, a faulty desk, dying and paused
workers, people who act at any time.

What decides is the real core (`app.core.sending.steps`, `outbox`, `checks`, `follow`, `crashes`,
`ownership`); only rows, desk and time are simulated. `python -m tests.simulation --help` runs it; a seed that
fails is printed with its whole history.
"""
