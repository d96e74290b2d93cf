"""The group `discern text`: work that belongs to texts alone; a module a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import corpus, counts, guess, prepare, redact, similar, topics

COMMANDS: dict[str, Callable[..., Any]] = {
    "clean": prepare.clean,
    "split": prepare.split,
    "entities": prepare.entities,
    "sentiment": prepare.sentiment,
    "summary": prepare.summary,
    "count": counts.count,
    "guess": guess.guess,
    "redact": redact.redact,
    "similar": similar.similar,
    "words": corpus.words,
    "collocations": corpus.collocations,
    "concordance": corpus.concordance,
    "index": corpus.index,
    "topics": topics.topics,
}

text = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Work with notes, posts and articles.")
for _name, _command in COMMANDS.items():
    text.command(_name)(_command)
