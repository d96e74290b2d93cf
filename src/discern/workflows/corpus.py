"""`text index`, `text words`, `text collocations`, `text concordance`: what stands in texts, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ..core import files
from ..core.counting import NONE, CountOptions
from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, note, silent, stage, steps
from ..core.options import Interval, TextOptions, one_of, raise_all
from ..core.views import Record
from ..data.assemble import stop_if_too_many
from ..data.tables_out import FORMATS, write_table
from ..data.texts import stream_texts
from ..store import outputs
from ..text import collocations as associations
from ..text import contexts, count, stems, stops
from ..text import index as index_file
from ..text.collocations import MEASURES, Collocations
from ..text.concordance import LONGEST_QUERY, Concordance, parts_of, sort_problem
from ..text.concordance import concordance as look_up
from ..text.contexts import Alike
from ..text.corpus import Builder, Corpus, Forms, chosen, common, plain
from ..text.count import Frequencies, Keyness

JSON = ".json"
SIZES = Interval(2, 5, whole=True)
PLACES = Interval(1, 20, whole=True)
COUNTS = Interval(1, 1_000_000_000, whole=True)
PARTS = Interval(2, 10_000, whole=True)
WIDTH = Interval(0, 1_000, whole=True)
SMALLEST_GROUP = 2
MOST_GROUPS = 200
COUNT = "count"
MEANINGFUL = frozenset(
    {"above", "after", "again", "against", "before", "below", "between", "down", "during", "into", "off", "out", "over"}
    | {"through", "under", "up", "without"}
)
"""Stop words that stay in collocations: they change what happened (`without paying`, `broke into`, `made off`)."""


@dataclass(frozen=True)
class Indexed(Record):
    """What `index` did."""

    out: Path
    n_texts: int
    n_words: int
    n_types: int
    n_bytes: int
    columns: tuple[str, ...]


def read_corpus(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    columns: Sequence[str] = (),
    stdin: Iterable[str] | None = None,
    on_event: Listener = silent,
) -> Corpus:
    """The texts of `source`, cut into words, or an index of them. `columns` are kept beside the texts.

    Raises OptionError, DataError, TooManyBadItems.
    """
    options = options or TextOptions()
    raise_all(options.problems())
    if index_file.is_index(source):
        if options != TextOptions():
            raise OptionError(
                f"{source} is an index, whose texts are read already; expected no --text, --columns, --quote"
            )
        corpus = index_file.open_index(source)
        for name in columns:
            corpus.column(name)
        for sentence in corpus.notes:
            note(on_event, sentence)
        return corpus
    stage(on_event, "cut texts into words")
    builder: Builder | None = None
    rejected: list[tuple[str, str]] = []
    said: set[str] = set()
    for piece in stream_texts(source, options, stdin=stdin):
        builder = builder or Builder(piece.name)
        builder.add(piece.texts, piece.items, {name: piece.column(name) for name in columns})
        rejected += piece.rejected.rows()
        for sentence in piece.notes:
            if sentence not in said:
                note(on_event, sentence)
            said.add(sentence)
        steps(on_event, "texts", builder.n_texts, 0)
    if builder is None:
        raise DataError(describe(str(source), found="no text"))
    stop_if_too_many(builder.name, builder.n_texts, rejected)
    if rejected:
        item, reason = rejected[0]
        note(on_event, f"{len(rejected):,} set aside; the first: {item}: {reason}")
    return builder.finish()


def index(
    source: str | Path,
    out: str | Path,
    options: TextOptions | None = None,
    *,
    keep: Sequence[str] = (),
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Indexed:
    """Write an index of the texts of `source` to `out`: a file that questions are asked of without reading the texts
    again.

    It holds the texts in full and the columns `keep`. Raises OptionError, DataError, OutputError.
    """
    target = outputs.checked("-o", out, inputs=[source], force=force)
    if target.suffix.lower() in (*FORMATS, JSON):
        raise OptionError(
            describe(f"-o {out}", found=f"the ending {target.suffix} of a table", expected="such as .index")
        )
    corpus = read_corpus(source, options, columns=keep, stdin=stdin, on_event=on_event)
    stage(on_event, "write the index")
    index_file.write_index(target, corpus)
    size = target.stat().st_size if target.is_file() else 0
    return Indexed(target, corpus.n_texts, corpus.n_tokens, len(corpus.vocabulary), size, tuple(corpus.columns))


def words(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    how: CountOptions | None = None,
    parts: int | None = None,
    min_count: int = 1,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Frequencies:
    """How often each word is used and how evenly it is spread over the texts, or over `parts` equal parts of all words.

    Raises OptionError, DataError, OutputError.
    """
    how = how or CountOptions()
    asked = [None if parts is None else PARTS.problem("--parts", parts), COUNTS.problem("--min-count", min_count)]
    target = _checked(out, [source], force, [*how.problems(), *asked])
    corpus = read_corpus(source, options, stdin=stdin, on_event=on_event)
    if parts is not None and parts > corpus.n_tokens:
        raise OptionError(f"--parts is {parts}; expected at most as many as there are words, {corpus.n_tokens}")
    found = count.occurrences(corpus, _forms(corpus, how), parts=parts)
    named = "texts" if parts is None else "equal parts"
    result = count.frequencies(found, parts=named, counted=counted(how), min_count=min_count)
    _write(target, result.table, result.to_json)
    return result


def key_words(
    source: str | Path,
    against: str | Path,
    options: TextOptions | None = None,
    *,
    how: CountOptions | None = None,
    min_count: int = 5,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Keyness:
    """Which words set the texts of `source` apart from those of `against`, of words that both use `min_count` times
    together or more. Raises OptionError, DataError, OutputError."""
    how = how or CountOptions()
    problems = [*how.problems(), COUNTS.problem("--min-count", min_count)]
    if str(source) == str(against):
        problems.append("--against names the same texts; expected others")
    target = _checked(out, [source, against], force, problems)
    one = read_corpus(source, options, stdin=stdin, on_event=on_event)
    other = read_corpus(against, None if index_file.is_index(against) else options, on_event=on_event)
    forms, forms_other = common(_forms(one, how), _forms(other, how))
    sides = (count.occurrences(one, forms), count.occurrences(other, forms_other))
    names = (one.name, other.name) if one.name != other.name else (str(source), str(against))
    result = count.keyness(*sides, names=names, min_count=min_count, counted=counted(how))
    _write(target, result.table, result.to_json)
    return result


def key_words_by(
    source: str | Path,
    by: str,
    options: TextOptions | None = None,
    *,
    how: CountOptions | None = None,
    min_count: int = 5,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> dict[str, Keyness]:
    """For each value of the column `by`, the words that set its texts apart from all others.

    Raises OptionError, DataError, OutputError.
    """
    how = how or CountOptions()
    target = _checked(out, [source], force, [*how.problems(), COUNTS.problem("--min-count", min_count)])
    corpus = read_corpus(source, options, columns=[by], stdin=stdin, on_event=on_event)
    values = corpus.column(by)
    groups = values.unique().sort()
    if not SMALLEST_GROUP <= len(groups) <= MOST_GROUPS:
        raise DataError(
            describe(
                f"--by {by}", found=f"{len(groups):,} different values", expected=f"{SMALLEST_GROUP} to {MOST_GROUPS}"
            )
        )
    found = count.occurrences(corpus, _forms(corpus, how))
    results = {}
    for group in groups:
        inside = (values == group).to_numpy()
        if found.lengths[inside].any() and found.lengths[~inside].any():
            sides = (found.only(inside), found.only(~inside))
            results[group] = count.keyness(*sides, names=(group, "others"), min_count=min_count, counted=counted(how))
    if not results:
        raise DataError(describe(f"--by {by}", found="words in fewer than two groups", expected="two or more"))
    table = pl.concat([one.table.select(pl.lit(name).alias("group"), pl.all()) for name, one in results.items()])
    _write(
        target, table, lambda: {"schema": 1, "by": by, "groups": {name: one.to_json() for name, one in results.items()}}
    )
    return results


def words_like(
    source: str | Path,
    word: str,
    options: TextOptions | None = None,
    *,
    how: CountOptions | None = None,
    window: int = 2,
    min_count: int = 10,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Alike:
    """Words that stand among the same words as `word`. Raises OptionError, DataError, OutputError."""
    how = how or CountOptions()
    asked = [PLACES.problem("--window", window), COUNTS.problem("--min-count", min_count)]
    if len(word) > LONGEST_QUERY or not word.strip():
        asked.append(f"--like has {len(word.strip()):,} characters; expected a word")
    target = _checked(out, [source], force, [*how.problems(), *asked])
    corpus = read_corpus(source, options, stdin=stdin, on_event=on_event)
    result = contexts.alike(
        corpus,
        chosen(corpus, case=how.case, form=_form(how), words_only=not how.numbers),
        _as_form(word.strip(), how),
        window=window,
        min_count=min_count,
        shown_without=_stop_words(how),
    )
    _write(target, result.table, result.to_json)
    return result


def collocations(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    how: CountOptions | None = None,
    n_words: int = 2,
    window: int | None = None,
    measure: str | None = None,
    min_count: int = 5,
    word: str | None = None,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Collocations:
    """Words that stand together more often than by chance: `n_words` of them within `window` words of one text.

    With `word` those alone that hold it. Raises OptionError, DataError, OutputError.
    """
    how = how or CountOptions()
    asked = [
        SIZES.problem("--size", n_words),
        None if measure is None else one_of("--measure", measure, (*MEASURES, COUNT)),
        COUNTS.problem("--min-count", min_count),
        None if window is None else PLACES.problem("--window", window),
    ]
    if window is not None and not any(asked) and window < n_words:
        asked.append(f"--window is {window}; expected room for {n_words} words, from {n_words} up")
    target = _checked(out, [source], force, [*how.problems(), *asked])
    corpus = read_corpus(source, options, stdin=stdin, on_event=on_event)
    forms = chosen(corpus, case=how.case, form=_form(how), words_only=not how.numbers)
    without = _stop_words(how) - (MEANINGFUL if how.stop_words is None else frozenset())
    stage(on_event, "count what stands together")
    result = associations.collocations(
        corpus,
        forms,
        n_words=n_words,
        window=window,
        measure=measure,
        min_count=min_count,
        without=without,
        word=None if word is None else _as_form(word.strip(), how),
    )
    _write(target, result.table, result.to_json)
    return result


def concordance(
    source: str | Path,
    query: str,
    options: TextOptions | None = None,
    *,
    regex: bool = False,
    case: bool = False,
    sort: Sequence[str] = (),
    rows: int | None = None,
    width: int = 60,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Concordance:
    """Every place where `query` stands, with `width` characters on each side; see `text.concordance`.

    `rows` limits the lines (default: all). Raises OptionError, DataError, OutputError.
    """
    problems = [
        WIDTH.problem("--width", width),
        None if rows is None else COUNTS.problem("--rows", rows),
        sort_problem(sort),
    ]
    try:
        parts_of(query, regex)
    except OptionError as error:
        problems += error.problems
    target = _checked(out, [source], force, problems)
    corpus = read_corpus(source, options, stdin=stdin, on_event=on_event)
    result = look_up(corpus, query, regex=regex, case=case, sort=sort, rows=rows, width=width)
    _write(target, result.table(), result.to_json)
    return result


def counted(how: CountOptions) -> str:
    """What is counted, in words."""
    what = how.forms if how.forms != "words" else "words as they stand" if how.case else "words in lower case"
    also = ", numbers and signs too" if how.numbers else ""
    stop = {None: "without stop words", NONE: "stop words too"}.get(how.stop_words, "without a list of stop words")
    return f"{what}{also}, {stop}"


def _forms(corpus: Corpus, how: CountOptions) -> Forms:
    return chosen(corpus, case=how.case, form=_form(how), without=_stop_words(how), words_only=not how.numbers)


def _form(how: CountOptions) -> Callable[[pl.Series], pl.Series] | None:
    forms = {"words": None, "stems": stems.stem, "lemmas": stems.lemma}[how.forms]
    return None if forms is None else lambda some: forms(some, how.language)


def _as_form(word: str, how: CountOptions) -> str:
    """A word that a person gave, as it is counted."""
    form = _form(how)
    one = pl.Series([word])
    return str((form(one) if form is not None else one if how.case else plain(one)).item())


def _stop_words(how: CountOptions) -> frozenset[str]:
    """Raises OptionError, DataError."""
    if how.stop_words == NONE:
        return frozenset()
    if how.stop_words is not None:
        return stops.stop_words(how.language, file=how.stop_words)
    return stops.stop_words(how.language) if how.language in stops.LISTS else frozenset()


def _checked(
    out: str | Path | None, inputs: Sequence[str | Path], force: bool, problems: Iterable[str | None]
) -> Path | None:
    """The place to write to, where there is one; all problems of the options first."""
    raise_all(problems)
    return None if out is None else outputs.checked("-o", out, inputs=inputs, endings=(*FORMATS, JSON), force=force)


def _write(target: Path | None, table: pl.DataFrame, record: Callable[[], Any]) -> None:
    """The whole table, or the whole record with its figures as JSON."""
    if target is not None and target.suffix.lower() == JSON:
        files.write_json(target, record())
    elif target is not None:
        write_table(target, table)
