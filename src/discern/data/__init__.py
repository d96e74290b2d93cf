"""Data on its way in: readers, samples, the items of a prediction, hashes, splits. Nothing here learns or judges."""
