"""`text clean`, `text split`, `text entities`, `text sentiment`, `text summary`: a table of texts in, a table out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..core import threads
from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, note, silent, stage
from ..core.options import Interval, TextOptions, one_of, raise_all, suggest
from ..core.views import Record
from ..data.delimited import Lines
from ..data.tables_out import FORMATS, write_table
from ..data.texts import Texts, read_texts
from ..store import outputs
from ..text import near
from ..text.clean import DEFAULT, STEPS, Changed, Cleaning, clean_and_tell, unknown_step
from ..text.entities import TYPES, entities, installed_model
from ..text.sentiment import sentiment
from ..text.split import paragraphs, sentences, words
from ..text.stems import lemma, stem
from ..text.stops import stop_words
from ..text.summary import Sentence, summary

INTO = ("words", "sentences", "paragraphs")


@dataclass(frozen=True, eq=False)
class Result(Record):
    """A table that was made of texts, and where it was written (None: nowhere)."""

    name: str
    n: int
    """Texts."""
    table: pl.DataFrame
    out: Path | None


@dataclass(frozen=True, eq=False)
class CleanedTexts(Result):
    """Cleaned texts beside the columns that there were, and what each step changed."""

    how: Cleaning
    steps: tuple[Changed, ...]
    column: str
    """The name of the column of cleaned texts."""
    n_copies: int
    """Texts that say the same as an earlier one, when what only shows that they were passed on is left aside."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "texts": self.n,
            "steps": [step.to_json() for step in self.steps],
            "copies": self.n_copies,
            "how": self.how.to_json(),
        }


@dataclass(frozen=True, eq=False)
class Summary(Result):
    """The sentences of a summary of all texts together; of summaries of each, only the table."""

    sentences: tuple[Sentence, ...]


def cleaning(
    also: Iterable[str] = (),
    without: Iterable[str] = (),
    *,
    add_stop: Iterable[str] = (),
    remove_stop: Iterable[str] = (),
    stop_file: str | Path | None = None,
    language: str = "en",
) -> Cleaning:
    """The default steps with some more and without some; naming stop words asks for the step `stops`.

    Raises OptionError for steps that are not known, DataError for a file that cannot be read.
    """
    also, without, add_stop, remove_stop = tuple(also), tuple(without), tuple(add_stop), tuple(remove_stop)
    both = [f"step {name!r} was both added and left out" for name in also if name in without]
    raise_all([*(unknown_step(name) for name in (*also, *without)), *both])
    chosen = {*DEFAULT, *also} - {*without}
    if (add_stop or remove_stop or stop_file is not None) and "stops" not in without:
        chosen.add("stops")
    if not chosen:
        raise OptionError("every step is left out; expected at least one")
    stops = stop_words(language, add_stop, remove_stop, stop_file) if "stops" in chosen else frozenset()
    return Cleaning(tuple(name for name in STEPS if name in chosen), stops)


def clean_texts(
    source: str | Path,
    out: str | Path | None = None,
    *,
    how: Cleaning | None = None,
    options: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> CleanedTexts:
    """The texts of `source` cleaned, beside their other columns; `same_as` names the first text that says the same.

    Raises OptionError, DataError, OutputError.
    """
    how = how or Cleaning()
    target, texts = _begin(source, out, how.problems(), options, stdin, force, on_event)
    stage(on_event, "cleaning")
    cleaned, told = clean_and_tell(texts.texts, how)
    first = near.copies(texts.texts)
    copies = first != np.arange(texts.n)
    same_as = pl.Series(
        "same_as", [texts.items[int(row)] if copy else "" for row, copy in zip(first, copies, strict=True)]
    )
    column = _free("cleaned", texts)
    table = texts.frame.with_columns(cleaned.alias(column), same_as.alias(_free("same_as", texts)))
    _write(target, table)
    return CleanedTexts(texts.name, texts.n, table, target, how, told, column, int(copies.sum()))


def split_texts(
    source: str | Path,
    out: str | Path | None = None,
    *,
    into: str = "words",
    stems: bool = False,
    lemmas: bool = False,
    language: str = "en",
    options: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Result:
    """The words, sentences or paragraphs of each text, a row each: `item`, `number` and the piece.

    With `stems` or `lemmas` a column more of words. Raises OptionError, DataError, OutputError.
    """
    problems = [one_of("--into", into, INTO)]
    if into != "words" and (stems or lemmas):
        problems.append("--stems and --lemmas belong to --into words")
    if stems and lemmas:
        problems.append("--stems and --lemmas were both given; expected one of them")
    target, texts = _begin(source, out, problems, options, stdin, force, on_event)
    stage(on_event, f"cutting into {into}")
    if into == "words":
        pieces = words(texts.texts)
    else:
        cut = (lambda text: sentences(text, language)) if into == "sentences" else paragraphs
        pieces = pl.Series([cut(text) for text in texts.texts.to_list()], dtype=pl.List(pl.String))
    frame = pl.DataFrame({"item": texts.items, into[:-1]: pieces})
    frame = frame.with_columns(pl.int_ranges(1, pl.col(into[:-1]).list.len() + 1).alias("number"))
    table = frame.filter(pl.col("number").list.len() > 0).explode(into[:-1], "number")
    table = table.select("item", "number", into[:-1])
    if stems:
        table = table.with_columns(stem(table["word"], language).alias("stem"))
    if lemmas:
        table = table.with_columns(lemma(table["word"], language).alias("lemma"))
    _write(target, table)
    return Result(texts.name, texts.n, table, target)


def find_entities(
    source: str | Path,
    out: str | Path | None = None,
    *,
    types: Iterable[str] = (),
    language: str = "en",
    options: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Result:
    """The people, organisations, places, objects and written forms in each text, a row each.

    `types`: only these, of `text.entities.TYPES`. Raises OptionError, DataError, OutputError.
    """
    wanted = tuple(name.upper() for name in types)
    unknown = [
        f"--only {name}: expected {', '.join(TYPES)}{suggest(name, TYPES)}" for name in wanted if name not in TYPES
    ]
    target, texts = _begin(source, out, unknown, options, stdin, force, on_event)
    model = installed_model(language)
    stage(on_event, "finding entities")
    rows = [
        (item, one.type, one.text, one.start, one.end)
        for item, text in zip(texts.items.to_list(), texts.texts.to_list(), strict=True)
        for one in entities(text, model)
        if not wanted or one.type in wanted
    ]
    schema = {"item": pl.String, "type": pl.String, "text": pl.String, "start": pl.Int64, "end": pl.Int64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    _write(target, table)
    return Result(texts.name, texts.n, table, target)


def rate_texts(
    source: str | Path,
    out: str | Path | None = None,
    *,
    options: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Result:
    """How positive or negative each text is, by a lexicon: the columns of `text.sentiment` beside `item` and the text.

    Raises OptionError, DataError, OutputError.
    """
    target, texts = _begin(source, out, [], options, stdin, force, on_event)
    stage(on_event, "rating")
    table = pl.concat(
        [pl.DataFrame({"item": texts.items, "text": texts.texts}), sentiment(texts.texts)], how="horizontal"
    )
    _write(target, table)
    return Result(texts.name, texts.n, table, target)


def summarise(
    source: str | Path,
    out: str | Path | None = None,
    *,
    n: int = 3,
    item: str | None = None,
    each: bool = False,
    language: str = "en",
    options: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Summary:
    """The `n` sentences that are most like the others: of all texts together, of the one called `item`, or of `each`.

    Raises OptionError, DataError, OutputError.
    """
    problems = [Interval(1, 1000, whole=True).problem("--sentences", n)]
    problems.append("--item and --each were both given; expected one of them" if item and each else None)
    target, texts = _begin(source, out, problems, options, stdin, force, on_event)
    stage(on_event, "summarising")
    names, every = texts.items.to_list(), texts.texts.to_list()
    if item is not None:
        if item not in names:
            raise DataError(describe(texts.name, found=f"no text called {item!r}{suggest(item, names)}"))
        names, every = [item], [every[names.index(item)]]
    parts = [[text] for text in every] if each else [every]
    found = [(at, one) for at, part in enumerate(parts) for one in summary(part, n, language)]
    schema = {"item": pl.String, "number": pl.Int64, "sentence": pl.String, "weight": pl.Float64}
    rows = [(names[at if each else one.row], one.number + 1, one.text, one.weight) for at, one in found]
    table = pl.DataFrame(rows, schema=schema, orient="row")
    _write(target, table)
    return Summary(texts.name, len(every), table, target, tuple(one for _, one in found))


def _begin(
    source: str | Path,
    out: str | Path | None,
    problems: Sequence[str | None],
    options: TextOptions | None,
    stdin: Lines | None,
    force: bool,
    on_event: Listener,
) -> tuple[Path | None, Texts]:
    """What every one of them begins with: all options checked, the place to write, the texts."""
    options = options or TextOptions()
    raise_all([*options.problems(), *problems])
    target = None if out is None else outputs.checked("-o", out, inputs=[source], endings=FORMATS, force=force)
    threads.set_budget()
    stage(on_event, "reading")
    texts = read_texts(source, options, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    return target, texts


def _write(target: Path | None, table: pl.DataFrame) -> None:
    if target is not None:
        write_table(target, table)


def _free(name: str, texts: Texts) -> str:
    """A name for a new column that no column has."""
    while name in texts.frame.columns:
        name += "_"
    return name
