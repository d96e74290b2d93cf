"""`python -m discern`: the same program."""

from .cli.main import main

main()
