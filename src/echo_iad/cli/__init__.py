"""The command line: parsing and printing only, one file for each command. What Echo does lies below."""
