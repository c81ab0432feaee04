"""ingest → curate, on messages whose outcome is known by hand."""
