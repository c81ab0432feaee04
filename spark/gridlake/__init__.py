"""Meter readings from Kafka to tables one can settle on: the Spark side of Gridlake."""
