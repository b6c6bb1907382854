"""The demo: an invented shop's help centre and tickets, and the player that takes them through the whole
house."""
