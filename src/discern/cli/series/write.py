"""`discern series write`: learn a style from a text, then write in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ...core.options import parse_time
from ..console import Reporter, one_line

LEARNING = ("--epochs", "--budget", "--encoding")
WRITING = ("--length", "--temperature")


def write(
    source: Annotated[
        str, typer.Argument(metavar="TEXT|RUN", help="A text, or a folder of .txt, to learn from; or what was learned.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="PATH", help="The folder of what is learned; with RUN, a .txt to write."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", metavar="N", help="Times that the text is gone through.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="TIME", help="How long to learn, instead: 90s, 10min.")
    ] = None,
    prompt: Annotated[
        str | None, typer.Option("--prompt", metavar="WORDS", help="What the writing goes on from.")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", metavar="X", help="RUN: below 1 keeps to the likely, above 1 dares more."),
    ] = None,
    length: Annotated[int | None, typer.Option("--length", metavar="N", help="RUN: characters to write.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same text.")] = 0,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Of the text, where it is not UTF-8: cp1252.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what was learned or written before.")] = False,
) -> None:
    """Learn a style, letter by letter, and write in it.

    Given a text, a net with a memory learns to foretell the next character, is measured on passages that were held
    back, and shows what it writes and remembers. Given what was learned, it writes.
    """
    given: dict[str, Any] = {"--epochs": epochs, "--budget": budget, "--encoding": encoding}
    given |= {"--length": length, "--temperature": temperature}
    given = {name: value for name, value in given.items() if value is not None}
    writes = workflows.is_writer(source)
    if writes:
        problems = [
            f"{name} is for learning; {one_line(source)} has learned already" for name in LEARNING if name in given
        ]
    else:
        problems = [f"{name} is for writing; {one_line(source)} is no run" for name in WRITING if name in given]
    seconds = None
    try:
        seconds = None if budget is None else parse_time(budget)
    except OptionError as error:
        problems += error.problems
    if problems:
        raise OptionError(problems)
    chosen: dict[str, Any] = {"prompt": prompt, "length": length, "temperature": temperature}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if writes:
        print(report.visible_lines(workflows.write(source, **chosen, seed=seed, out=out, force=force)))
        return
    with Reporter() as tell:
        done = workflows.learn_to_write(
            source, out=out, epochs=epochs, budget=seconds, **chosen, seed=seed, encoding=encoding, force=force,
            on_event=tell,
        )  # fmt: skip
    print(report.writing_text(done.result))
    place = one_line(str(done.folder))
    print(f"\nthe page is {place}/writing.html; `discern series write {place}` writes more")
