"""The bundle, one file that holds a model as arrays and JSON, and what runs it; never pickle, never code."""
