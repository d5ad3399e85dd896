"""Evidence to a decision. Knows no picture, no memory and no encoder of pictures."""
