"""References: what code and data of this repository say of themselves, one module for each kind of thing."""
