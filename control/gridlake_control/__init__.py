"""The controller's programs: mirror, distributions, bill of materials."""
