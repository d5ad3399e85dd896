"""What a local model is made ready with: its files, its place, its processor, its words."""
