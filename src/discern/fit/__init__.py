"""Training: the loop, its schedule, its precision and its checkpoints. No knowledge of files of data or of reports."""
