"""What the site refuses."""

from gridlake_control.errors import ControlError


class SiteError(ControlError):
    """A page links to nothing, a reference cannot be read, or Sphinx refuses the whole."""
