"""Sphinx: `make docs` builds the pages of this folder as a site, offline."""

from __future__ import annotations

import elolag

project = "elolag"
author = "The elolag authors"
project_copyright = author  # without a year: a rebuilt page stays the same
version = release = elolag.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True

# Names of other packages and parameter values have no page here to link to.
default_role = "code"

nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!elolag\.).*")]

html_theme = "furo"
html_title = "elolag"
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
