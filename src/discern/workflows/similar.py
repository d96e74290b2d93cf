"""`text similar`: the texts that are most alike to one, and pairs of texts that are almost the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from ..core import files
from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent, stage
from ..core.options import SEED, Interval, TextOptions, raise_all
from ..core.views import Record
from ..data import neighbours
from ..data.tables_out import FORMATS, write_table
from ..data.texts import Texts, read_texts
from ..evaluate import alike
from ..evaluate.alike import Similar
from ..store import outputs
from ..text import near
from ..text.similar import weigh

N = 10
MOST = 10_000
LEAST = Interval(0.3, 1)
JSON = ".json"
IDS = ("id", "ref", "reference", "number", "no", "key", "crime number", "crime_number", "case")
"""Names of columns by which texts are called, where each value stands once."""


@dataclass(frozen=True)
class NearTexts(Record):
    """What `near_texts` found: counts, and where it was written."""

    n_texts: int
    n_pairs: int
    n_copies: int
    """Of the pairs, those of one text but for case, spaces, signs and that it was passed on."""
    n_groups: int
    n_grouped: int
    """Texts in a group of texts that are almost the same."""
    n_lookalikes: int
    """Texts in groups too large to be variants of one text: what is made from one template."""
    out: Path
    notes: tuple[str, ...]


def similar(
    source: str | Path,
    to: str | None = None,
    *,
    n: int = N,
    by: str | None = None,
    options: TextOptions | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Similar:
    """The `n` texts of `source` that are most alike to `to`, a text or the name (or id) of one of them.

    With `by`, a column, it is also measured how often the most alike texts share its value; then `to` may be left out.
    With `out` what was found is written, too: a table, or the whole record as `.json`. Raises OptionError, DataError,
    OutputError.
    """
    options = options or TextOptions()
    problems = [*options.problems(), Interval(1, MOST, whole=True).problem("--n", n), SEED.problem("--seed", seed)]
    if to is None and by is None:
        problems.append("name a text or an item (--to), a column (--by), or ask for --pairs")
    if to is not None and not to.strip():
        problems.append("--to is empty; expected a text, or the name of one")
    if to is None and out is not None and Path(out).suffix.lower() != JSON:
        problems.append("-o: without --to there is no list to write as a table; name a .json file")
    raise_all(problems)
    target = None
    if out is not None:
        target = outputs.checked("-o", out, inputs=[source], endings=(*FORMATS, JSON), force=force)
    texts = read_texts(source, options, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    values = None if by is None else texts.column(by)
    stage(on_event, f"weigh the words of {texts.n:,} texts")
    weights = weigh(texts.texts)
    random = alike.random_similarities(weights, seed=seed)
    row, items = _named(texts, to)
    corpus = alike.Corpus(texts.name, items, texts.texts, weights, random)
    asked = to if row is None else texts.texts[row]
    found: tuple[alike.Alike, ...] = ()
    unknown: list[str] = []
    if asked is not None:
        vector, unknown = weights.query(asked)
        if not vector.any():
            raise DataError(describe("--to", found="none of its words stands in any text", do="use other words"))
        plain = near.plain(pl.Series([asked], dtype=pl.String))[0]
        found = alike.most_alike(corpus, vector, n, own=row, plain=plain, values=values)
    agreement = None
    if by is not None and values is not None:
        stage(on_event, f"ask how often alike texts share {by!r}")
        alone = neighbours.near_texts(texts.texts).codes(texts.n)
        agreement = alike.agreement(weights, alike.codes(values), alone, by, n, seed=seed)
    result = Similar(
        name=texts.name,
        n_texts=texts.n,
        asked=asked,
        item=None if row is None else items[row],
        unknown=tuple(unknown),
        found=found,
        random=alike.reached_by_few(random),
        agreement=agreement,
    )
    if target is not None and target.suffix.lower() == JSON:
        files.write_json(target, result.to_json())
    elif target is not None:
        write_table(target, _table(result, by))
    return result


def near_texts(
    source: str | Path,
    *,
    out: str | Path,
    least: float = near.LEAST,
    options: TextOptions | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> NearTexts:
    """Write pairs of texts that are the same or almost the same: a row a pair, with the group they are in.

    `least` is the share of word pairs that near-copies have in common. Copies stand beside the first of them. Texts of
    a group too large to be variants of one text have no group. Raises OptionError, DataError, OutputError.
    """
    options = options or TextOptions()
    raise_all([*options.problems(), LEAST.problem("--least", least)])
    target = outputs.checked("-o", out, inputs=[source], endings=FORMATS, force=force)
    texts = read_texts(source, options, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    stage(on_event, f"compare {texts.n:,} texts")
    first = near.copies(texts.texts)
    pairs = near.near_pairs(texts.texts, least=least, first=first)
    groups = neighbours.grouped(first, pairs)
    copied = np.flatnonzero(first != np.arange(texts.n))
    a, b = np.concatenate([first[copied], pairs.first]), np.concatenate([copied, pairs.second])
    order = np.lexsort((b, a))
    number = np.full(texts.n, -1)
    for at, rows in enumerate(groups.groups, 1):
        number[rows] = at
    frame = pl.DataFrame(
        {
            "item": texts.items.gather(a[order]),
            "other": texts.items.gather(b[order]),
            "similarity": np.concatenate([np.ones(len(copied)), pairs.similarity])[order],
            "kind": np.where(np.arange(len(a)) < len(copied), "same", "almost the same")[order],
            "group": pl.Series(number[b[order]]).replace(-1, None),
            "text": texts.texts.gather(a[order]),
            "other_text": texts.texts.gather(b[order]),
        }
    )
    write_table(target, frame)
    return NearTexts(
        n_texts=texts.n,
        n_pairs=frame.height,
        n_copies=len(copied),
        n_groups=len(groups.groups),
        n_grouped=sum(map(len, groups.groups)),
        n_lookalikes=sum(map(len, groups.lookalikes)),
        out=target,
        notes=texts.notes,
    )


def _named(texts: Texts, to: str | None) -> tuple[int | None, pl.Series]:
    """The row that `to` names, and what texts are called: by that column, or one named as an id, where its values are
    all different.

    A row is named by its item, or by what stands once in a column named as an id or of values that are all different: a
    word that happens to stand once in another column is a text to look for.
    """
    row = None
    called = None
    for column in (texts.items, *(texts.frame[name] for name in texts.frame.columns if name != texts.text)):
        is_id = column.name.lower() in IDS
        if to is not None and row is None and (is_id or column.n_unique() == texts.n):
            rows = (column == to).arg_true()
            if len(rows) == 1:
                row, called = int(rows[0]), column
        if called is None and is_id:
            called = column
    return row, called if called is not None and called.n_unique() == texts.n else texts.items


def _table(result: Similar, by: str | None) -> pl.DataFrame:
    """A row a text that was found."""
    columns: dict[str, list[object]] = {
        "item": [one.item for one in result.found],
        "similarity": [one.similarity.value for one in result.found],
        "random_pairs_as_alike": [one.by_chance.value for one in result.found],
        "random_pairs_low": [one.by_chance.low for one in result.found],
        "random_pairs_high": [one.by_chance.high for one in result.found],
        "same_text": [one.same for one in result.found],
        "shared_words": [" ".join(word for word, _ in one.shared) for one in result.found],
    }
    if by is not None:
        columns[by if by not in columns else f"{by} (column)"] = [one.value for one in result.found]
    return pl.DataFrame({**columns, "text": [one.text for one in result.found]})
