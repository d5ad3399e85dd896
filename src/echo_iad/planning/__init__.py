"""From a question to its type and from the type to the experts to call; pure, with no model."""
