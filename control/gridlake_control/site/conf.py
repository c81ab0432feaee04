"""What Sphinx is told; read in the site's own environment, which knows nothing of this project."""

project = "Gridlake"
language = "en"
extensions = ["myst_parser"]
nitpicky = True

# Headings are linked to by the names that they have on a forge.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "Gridlake"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
