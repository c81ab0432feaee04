"""The simulated head-end of Quellbruck Netz: real grids, diversified customers, meters, messages and their truth.

The pipeline never imports this package; whatever it learns, it learns from Kafka, PostgreSQL and the landing directory.
"""

import os

# Before numpy loads its BLAS: one thread per process, because processes share the cores by substation,
# and because a sum must not depend on how many threads took part in it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
