"""One module for each archive: how locked files become a directory of /opt."""
