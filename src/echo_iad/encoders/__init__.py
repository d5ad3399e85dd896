"""Pictures and texts to vectors and patch maps; the names to use are in `echo_iad.encoders.catalog`."""
