"""The documentation site: pages of this repository, references made from its code and data, built by Sphinx."""
