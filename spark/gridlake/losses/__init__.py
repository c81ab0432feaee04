"""Losses found in the energy balance of one substation: numpy only, no Spark, no I/O.

What the substation's meter delivers must be what its customers' meters record, less what plants feed in, plus small
known things: cable losses, street lighting, a fraction of a percent by which each meter is off. What is left over
points at a meter that records too little, at a point that hangs elsewhere, or at load without a meter.
"""
