"""Evaluation on a folder of suites. A module with `suites` and `run` is found by itself."""
