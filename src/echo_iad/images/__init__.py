"""Pictures: file, bytes or array to upright RGB. Nothing learned, no object known."""
