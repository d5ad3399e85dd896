"""What a benchmark asks: questions with known answers, read from files, and what is known against its pictures."""
