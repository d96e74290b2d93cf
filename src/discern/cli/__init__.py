"""The command line: each command is a thin wrapper over the workflow of the same name."""
