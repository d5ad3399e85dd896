"""Echo answers questions about manufactured parts, with evidence."""

__version__ = "0.1.0"
