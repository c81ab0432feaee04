"""The steps of curation: transforms between two states of the lake's tables."""
