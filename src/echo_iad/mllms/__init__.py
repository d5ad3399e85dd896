"""Messages to text or to probabilities of options: multimodal models behind one small protocol."""
