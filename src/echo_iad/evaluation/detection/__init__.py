"""How well parts without questions are told apart, in a folder of labelled pictures."""
