"""Everything that speaks to an outside system, and the language it speaks (`records`, `contract`)."""
