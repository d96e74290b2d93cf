"""Pure functions on strings: clean, split, stem, redact, count, collocate, find. Nothing here reads or writes data."""
