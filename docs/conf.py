"""How Sphinx builds the documentation: `nox -s docs`."""

from __future__ import annotations

from golive import __version__

project = "golive"
author = "The golive maintainers"
copyright = "The golive maintainers. MIT licensed."  # noqa: A001
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
nitpicky = True
# Without the network nothing is known of what others document.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!golive).*"),
    (
        r"py:.*",
        r"golive\.(emulator\.market\.Operation|emulator\.ingestion\.products\.(Content|Job|Run)|credentials\..*)",
    ),
]
default_role = "code"
# Dashes only; quotes belong to the commands and codes that stand in the text.
smartquotes_action = "D"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "golive"
html_static_path = ["_static"]
html_css_files = ["golive.css"]
html_copy_source = False
html_show_sourcelink = False
