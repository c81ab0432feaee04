"""The edge: sessions, Kafka, PostgreSQL and Iceberg tables."""
