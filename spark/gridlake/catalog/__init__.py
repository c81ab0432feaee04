"""Tables and messages as typed facts; imports nothing of Spark."""
