"""How questions are asked and what is answered: forms, runs that can be stopped, and one record an answer."""
