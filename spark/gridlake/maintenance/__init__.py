"""What keeps tables fast and small without changing an answer: compaction, expiry, orphan files."""
