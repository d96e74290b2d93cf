"""Pure functions on pixel arrays: decode, fit to a size, fingerprint, draw. Folders, labels and models live elsewhere."""
