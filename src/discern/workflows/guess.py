"""`text guess`: labels guessed from lists of words, to start from where nobody has labelled anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, note, silent
from ..core.options import TextOptions
from ..core.views import Record
from ..data.tables_out import FORMATS, write_table
from ..data.texts import read_texts
from ..store import outputs
from ..text.lists import WordList, matches, parsed

LABEL, WORDS = "label", "words"
LONGEST_LIST = 2**20
"""Bytes of a list of words."""
PLAIN = TextOptions()


@dataclass(frozen=True)
class Guessed(Record):
    """What became of the texts."""

    n_texts: int
    counts: Mapping[str, int]
    """Texts of each label, the frequent first."""
    several: int
    """Texts with words of several lists: left without a label."""
    none: int
    """Texts without a word of any list; with `other` they have that label."""
    unused: Mapping[str, tuple[str, ...]]
    """For each list the entries that no text holds."""
    out: Path


def guess_labels(
    source: str | Path,
    lists: Mapping[str, str | Path],
    *,
    out: str | Path,
    other: str | None = None,
    options: TextOptions = PLAIN,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Guessed:
    """Give each text the label whose list it has words of; the table is written with the columns label and words.

    `lists` maps a label to a file: a word or phrase a line; `word*` stands for all words that begin so. Texts with
    words of several lists get no label, and so do those without any, unless `other` names one. A guess is none of a
    person's: look at some before a model learns from them. Raises OptionError, DataError, OutputError.
    """
    target = outputs.checked("-o", out, inputs=[source, *lists.values()], endings=FORMATS, force=force)
    if not lists or (other is not None and other in lists):
        found = "no list" if not lists else f"--other {other!r}, which has a list too"
        raise OptionError(f"{found}; expected at least one --list LABEL=FILE, and another label for --other")
    known = [_read(label, Path(path)) for label, path in lists.items()]
    texts = read_texts(source, options, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    taken = [name for name in (LABEL, WORDS) if name in texts.frame.columns]
    if taken:
        raise DataError(describe(texts.name, found=f"a column {taken[0]!r} already", do="rename it first"))
    held = matches(texts.texts, known)
    labels: list[str | None] = []
    cells: list[str] = []
    several = none = 0
    for row in range(texts.n):
        speaking = [one.label for one in known if held[one.label][row]]
        several += len(speaking) > 1
        none += not speaking
        labels.append(speaking[0] if len(speaking) == 1 else other if not speaking else None)
        cells.append(", ".join(entry for label in speaking for entry in held[label][row]))
    columns = [pl.Series(LABEL, labels, pl.String), pl.Series(WORDS, cells, pl.String)]
    write_table(target, texts.frame.with_columns(columns))
    counts = Counter(label for label in labels if label is not None)
    used = {label: {entry for row in rows for entry in row} for label, rows in held.items()}
    unused = {one.label: tuple(entry for entry in one.entries if entry not in used[one.label]) for one in known}
    return Guessed(texts.n, dict(counts.most_common()), several, none, unused, target)


def _read(label: str, path: Path) -> WordList:
    """One list. Raises DataError."""
    try:
        if not path.is_file():
            raise DataError(describe(str(path), found="no file", expected="a list of words, one a line"))
        if path.stat().st_size > LONGEST_LIST:
            raise DataError(describe(str(path), found=f"{path.stat().st_size:,} bytes", expected="a list of words"))
        found = parsed(label, path.read_text("utf-8-sig").splitlines())
    except OSError as error:
        raise DataError(describe(str(path), found=str(error.strerror or error).lower())) from error
    except UnicodeDecodeError as error:
        raise DataError(describe(str(path), found="bytes that are no UTF-8", do="save it as UTF-8")) from error
    if not found.entries:
        raise DataError(describe(str(path), found="no word", expected="a list of words, one a line"))
    return found
