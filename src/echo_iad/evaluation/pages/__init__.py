"""Pages about an evaluation: sections, tables, plots, and their writing as HTML and Markdown."""
