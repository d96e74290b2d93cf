"""Pure functions on pixel arrays: decode, fit to a size, fingerprint, draw. Nothing here knows folders or models."""
