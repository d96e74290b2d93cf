"""`discern text topics`: topics of a collection, kept, named, compared, applied to other texts, and stepped through."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ...core.options import TextOptions
from ...core.topic_options import TopicOptions, parse_compared, parse_topics
from ..console import Reporter, is_terminal, one_line
from .reading import Columns, Encoding, Quote, Text, text_options

STDIN = "-"
PLAIN = TopicOptions()
SHOWN = 20
"""Rows that are printed of texts that a run is applied to, where no file is written."""
MODES = ("--apply", "--rename", "--compare", "--step")
READING = ("TEXTS", "--text", "--columns", "--quote", "--encoding")
WORDS = ("--seed", "--stop-words", "--without", "--lemmas")
TAKEN = {
    "--apply": (*READING, "-o", "--force"),
    "--show": READING,
    "--rename": ("--names",),
    "--compare": (*READING, *WORDS, "-o", "--restarts", "--force"),
    "--step": (*READING, *WORDS, "--topics"),
}
"""What has an effect beside each of them."""


def topics(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXTS]", help="A table with a column of texts, a folder of .txt, or - for lines on stdin."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="RUN", help="The folder to write; with --apply, the table.")
    ] = None,
    number: Annotated[
        str, typer.Option("--topics", metavar="N|auto", help="How many topics; auto: by coherence and stability.")
    ] = "10",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same topics.")] = 0,
    restarts: Annotated[
        int, typer.Option("--restarts", metavar="N", help="Times to begin anew; what explains the texts best is kept.")
    ] = 4,
    refits: Annotated[
        int, typer.Option("--refits", metavar="N", help="Fits to texts drawn again, to see which topics come again.")
    ] = 4,
    stop_words: Annotated[
        str,
        typer.Option(
            "--stop-words", metavar="FILE|en|none", help="Words to leave out: a file with one a line, or a list."
        ),
    ] = "en",
    without: Annotated[
        str | None, typer.Option("--without", metavar="WORDS", help="More words to leave out: said,mr.")
    ] = None,
    lemmas: Annotated[
        str,
        typer.Option("--lemmas", metavar="LANGUAGE", help="Bring words to one form by a dictionary: en, de, fr, ..."),
    ] = "",
    group: Annotated[
        str | None, typer.Option("--group", metavar="COLUMN", help="Shares of topics by this column too.")
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="COLUMN", help="Shares of topics over time, by this column of dates."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="RUN", help="Carry on the ids and names of an earlier run where topics match."),
    ] = None,
    names: Annotated[
        str | None, typer.Option("--names", metavar="SHEET", help="Names of topics: a table with columns topic, name.")
    ] = None,
    rename: Annotated[
        str | None, typer.Option("--rename", metavar="RUN", help="Give the topics of a run the names of --names.")
    ] = None,
    apply: Annotated[
        str | None, typer.Option("--apply", metavar="RUN", help="The topics of a run in other texts.")
    ] = None,
    show: Annotated[
        str | None,
        typer.Option("--show", metavar="TEXT", help="With --apply: this text, such as 'line 12', word by word."),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option("--compare", metavar="N,N", help="How topics split and what is gained: 5,10,20."),
    ] = None,
    step: Annotated[
        int | None,
        typer.Option("--step", metavar="N", help="Show the first N assignments of the sampler with all their counts."),
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what was written before.")] = False,
) -> None:
    """Find what texts are about, and whether that is more than chance."""
    chosen = [name for name, value in zip(MODES, (apply, rename, compare, step), strict=True) if value is not None]
    problems = [f"{' and '.join(chosen)} came together; expected one of them"] if len(chosen) > 1 else []
    if show is not None and apply is None:
        problems.append("--show came without --apply RUN; expected both")
    if rename is not None and names is None:
        problems.append("--rename came without --names SHEET; expected both")
    if rename is None and source is None:
        problems.append("no texts were named; expected a table, a folder, or - for lines on stdin")
    if out is None and chosen in ([], ["--compare"]):
        problems.append("no -o RUN was given; expected the folder to write")
    parsed: Any = []
    for typed, parse in ((number, parse_topics), (compare, parse_compared)):
        try:
            parsed.append(None if typed is None else parse(typed))
        except OptionError as error:
            parsed.append(None)
            problems += error.problems
    given = {
        "TEXTS": source, "-o": out, "--text": text, "--columns": columns, "--quote": quote != "double",
        "--encoding": encoding, "--topics": number != "10", "--seed": seed != PLAIN.seed,
        "--restarts": restarts != PLAIN.restarts, "--refits": refits != PLAIN.refits,
        "--stop-words": stop_words != PLAIN.stop_words, "--without": without, "--lemmas": lemmas, "--group": group,
        "--time": time, "--after": after, "--names": names, "--force": force,
    }  # fmt: skip
    if len(chosen) == 1:
        problems += _useless("--show" if show is not None and apply is not None else chosen[0], given)
    more = tuple(word.strip() for word in (without or "").split(",") if word.strip())
    asked = TopicOptions(parsed[0], seed, restarts, refits, stop_words, more, lemmas, group, time)
    reading = text_options(text, columns, quote, encoding)
    problems += [problem for problem in (*asked.problems(), *reading.problems()) if problem]
    if problems:
        raise OptionError(problems)
    stdin = sys.stdin if source == STDIN else None
    if rename is not None:
        done = workflows.rename_topics(rename, str(names))
        print(report.topics_text(done.result))
    elif apply is not None:
        _apply(apply, str(source), out, show, reading, stdin, force)
    elif compare is not None:
        with Reporter() as tell:
            compared = workflows.compare_topics(
                str(source), parsed[1], asked, out=str(out), text=reading, stdin=stdin, force=force, on_event=tell
            )
        print(report.topics_compared_text(compared))
        print(f"\nthe page is {one_line(str(out))}/compare.html")
    elif step is not None:
        _step(str(source), step, asked, reading, stdin)
    else:
        with Reporter() as tell:
            done = workflows.topics(
                str(source), asked, out=str(out), text=reading, after=after, names=names, stdin=stdin, force=force,
                on_event=tell,
            )  # fmt: skip
        print(report.topics_text(done.result))
        print(f"\nthe page is {one_line(str(done.folder))}/topics.html")


def _useless(mode: str, given: dict[str, Any]) -> list[str]:
    """What was given and has no effect with `mode`, as one sentence; empty where there is nothing of the kind."""
    extra = [name for name, value in given.items() if value and name not in TAKEN[mode]]
    return [f"{mode} has no use for {', '.join(extra)}; leave {'them' if extra[1:] else 'it'} away"] if extra else []


def _apply(
    run: str, source: str, out: Path | None, show: str | None, reading: TextOptions, stdin: Any, force: bool
) -> None:
    if show is not None:
        with Reporter() as tell:
            saved, example = workflows.colour_text(run, source, show, text=reading, stdin=stdin, on_event=tell)
        print(report.coloured_text(example, saved.ids, saved.names, colours=is_terminal()))
        return
    with Reporter() as tell:
        frame = workflows.apply_topics(run, source, out=out, text=reading, stdin=stdin, force=force, on_event=tell)
    if out is not None:
        print(f"{frame.height:,} texts, in {one_line(str(out))}")
        return
    ids = frame.columns[4:]
    rows = [
        (row["item"], row["topic"], row["name"], *("" if row[i] is None else f"{100 * row[i]:.0f} %" for i in ids[:8]))
        for row in frame.head(SHOWN).iter_rows(named=True)
    ]
    print(report.table(("text", "topic", "name", *ids[:8]), rows))
    if frame.height > SHOWN:
        print(f"and {frame.height - SHOWN:,} more; -o FILE writes all")


def _step(source: str, number: int, asked: TopicOptions, reading: TextOptions, stdin: Any) -> None:
    """At a terminal, Return goes on and q stops; in a file, all the assignments that were asked for."""
    workflows.check_steps(number)
    with Reporter() as tell:
        shown = workflows.step_topics(
            source, asked.n_topics or 2, seed=asked.seed, options=asked, text=reading, stdin=stdin, on_event=tell
        )
    chain = shown.chain
    waits = is_terminal() and stdin is None and sys.stdin.isatty()
    print("every word gets a topic blindly:\n")
    print(report.state_text(chain.bag, chain.topics.tolist(), shown.items, chain.n_topics))
    for one in itertools.islice(shown.steps(), number):
        print()
        print(report.step_text(one, len(shown.items), alpha=chain.alpha, eta=chain.eta))
        if waits and input("Return goes on, q stops: ").strip().lower() == "q":
            break
    print("\nwhere it stands:\n")
    print(report.state_text(chain.bag, chain.topics.tolist(), shown.items, chain.n_topics))
    print(f"\n{shown.verdict}")
