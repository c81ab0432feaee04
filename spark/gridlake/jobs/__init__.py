"""Jobs: each reads as a list of steps. Only the launcher imports them."""
