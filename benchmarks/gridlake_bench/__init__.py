"""The benchmarks: what is run in which order, what a run records, what follows from it. Nothing here touches a host."""
