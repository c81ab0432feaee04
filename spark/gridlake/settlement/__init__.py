"""The steps of a settlement run: inputs held fast, an export that is the same byte by byte, a manifest in a chain."""
