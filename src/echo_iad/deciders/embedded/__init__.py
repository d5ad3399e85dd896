"""The decision maker with no LLM: numbers, word lists and sentence vectors. Nothing in it is fitted to a benchmark."""
