"""`predict` for texts: any number of them, a piece at a time; killed and asked again, it goes on where it was."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..core import events, files
from ..core.errors import DataError, OptionError, OutputError, describe
from ..core.events import Listener, note
from ..core.options import TextOptions, suggest
from ..data.tables_out import table_writer
from ..data.texts import STDIN, Texts, stream_texts
from ..models.scorer import softmax
from ..store.answered import frame
from ..store.session import Shipped

PIECE = 50_000
STATE = "state.json"
PARTS = ".parts"
"""Ending of the folder that holds the pieces until all are there."""
OURS = re.compile(r"state\.json|\d{6,}\.parquet")
"""What stands in such a folder."""
DRIFT = 0.05
"""By so much more of the words must be unknown than in the model's own texts, and half as many again, to be said."""
STRANGE = "strange_words"
"""In a model's facts: the share of unknown words in texts that its words were not taken from."""


@dataclass
class _Seen:
    """What the texts were like, over all pieces."""

    texts: int = 0
    words_unknown: float = 0.0
    """Sum over texts of the share of their words that the model does not know."""
    silent: int = 0
    """Texts without a word that the model knows."""


def predict_texts(
    shipped: Shipped,
    sources: Sequence[str],
    *,
    out: Path | None,
    options: TextOptions,
    keep: Sequence[str] = (),
    stdin: Iterable[str] | None = None,
    digest: str = "",
    own: float | None = None,
    on_event: Listener,
    on_frame: Callable[[pl.DataFrame], None] | None = None,
) -> tuple[int, list[tuple[str, str]]]:
    """Answer for all texts; returns how many were answered, and what was set aside as (item, reason).

    `digest` names the model, `own` is the share of unknown words in its own texts, `keep` names columns that are
    written beside the answers. With `out`, pieces are kept in `<out>.parts` until the file is whole, and a command that
    is asked again goes on after them. Raises DataError, OptionError, OutputError.
    """
    seen = _Seen()
    rejected: list[tuple[str, str]] = []
    if out is None:
        n_items = 0
        for source in sources:
            prefix = prefix_of(source, sources)
            for piece in _pieces(source, options, 0, stdin):
                rejected += _rejected(piece, prefix)
                table = _answered(shipped, piece, keep, prefix, seen)
                n_items += table.height
                if on_frame is not None and table.height:
                    on_frame(table)
        _say(seen, own, on_event)
        return n_items, rejected
    parts = _Parts(out, digest, sources, options, keep)
    if parts.begun:
        note(on_event, f"going on after {parts.rows:,} texts that were answered before")
    n_items = parts.rows
    rejected = parts.rejected()
    for number, source in enumerate(sources):
        skip = parts.done(number)
        if skip is None:
            continue
        prefix = prefix_of(source, sources)
        for piece in _pieces(source, options, skip, stdin):
            aside = _rejected(piece, prefix)
            rejected += aside
            table = _answered(shipped, piece, keep, prefix, seen)
            n_items += table.height
            parts.add(number, table, aside)
            events.steps(on_event, "predicting", n_items, 0)
        parts.end(number)
    if n_items:
        parts.write(out)
    parts.drop()
    _say(seen, own, on_event)
    return n_items, rejected


def strange(own: float, seen: float) -> bool:
    """Whether texts, of whose words the share `seen` is unknown, look as if they came from elsewhere."""
    return seen > own + DRIFT and seen > 1.5 * own


def _answered(shipped: Shipped, piece: Texts, keep: Sequence[str], prefix: str, seen: _Seen) -> pl.DataFrame:
    scorer = shipped.scorer
    if scorer is None:
        raise DataError(f"{piece.name}: found texts; this model takes {shipped.spec}")
    scores, features = scorer.answer(piece.texts)
    seen.texts += piece.n
    seen.words_unknown += float(features[:, -1].sum())
    seen.silent += int((features[:, -2] == 0).sum())
    answers = shipped.answered(softmax(scores).astype(np.float32), features.astype(np.float32))
    names = (prefix + piece.items) if prefix else piece.items
    table = frame(names.to_list(), shipped, answers)
    missing = [name for name in keep if name not in piece.frame.columns]
    if missing:
        known = piece.frame.columns
        raise OptionError(
            describe(
                f"--keep {missing[0]}", found=f"no such column among {', '.join(known)}{suggest(missing[0], known)}"
            )
        )
    twice = [name for name in keep if name in table.columns]
    if twice:
        raise OptionError(f"--keep {twice[0]}: the answers have a column of this name; rename the one in the file")
    return table.with_columns(piece.frame[name].alias(name) for name in keep)


def _pieces(source: str, options: TextOptions, skip: int, stdin: Iterable[str] | None) -> Iterator[Texts]:
    """The texts of one source; the next piece is read while the caller works on one."""
    pieces = stream_texts(source, options, rows=PIECE, skip=skip, stdin=stdin if source == STDIN else None)
    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(next, pieces, None)
        while (piece := waiting.result()) is not None:
            waiting = ahead.submit(next, pieces, None)
            yield piece


def prefix_of(source: str, sources: Sequence[str]) -> str:
    """What tells the lines of several files apart: their names, or where these repeat the paths as they were given."""
    if len(sources) == 1:
        return ""
    name = Path(source).name
    return f"{name if sum(Path(one).name == name for one in sources) == 1 else source}: "


def _rejected(piece: Texts, prefix: str) -> list[tuple[str, str]]:
    return [(prefix + item, reason) for item, reason in piece.rejected.rows()]


def _say(seen: _Seen, own: float | None, on_event: Listener) -> None:
    """What is worth saying of the texts as a whole."""
    if seen.silent:
        note(
            on_event,
            f"{seen.silent:,} of {seen.texts:,} texts hold no word that the model knows; such an answer says little",
        )
    if own is not None and seen.texts and strange(own, seen.words_unknown / seen.texts):
        note(
            on_event,
            "these texts differ from those that the model learned from: it does not know "
            f"{seen.words_unknown / seen.texts:.0%} of their words, there {own:.0%}; its figures may not hold here",
        )


class _Parts:
    """The pieces that were answered, in a folder beside the file that they will make.

    It is made with the first piece: a command that is refused before leaves no folder, and takes none away. Raises
    OutputError when something else stands in its place.
    """

    def __init__(
        self, out: Path, digest: str, sources: Sequence[str], options: TextOptions, keep: Sequence[str]
    ) -> None:
        self.folder = out.with_name(out.name + PARTS)
        self._asked = {
            "schema": 1,
            "model": digest,
            "sources": [[source, *_stamp(source)] for source in sources],
            "options": json.loads(json.dumps(options.to_json())),
            "keep": list(keep),
        }
        self._state: dict[str, Any] = {"asked": self._asked, "pieces": [], "ended": []}
        found = self._earlier()
        self.begun = found.get("asked") == self._asked and STDIN not in sources and bool(found["pieces"])
        if self.begun:
            self._state = found

    @property
    def rows(self) -> int:
        return int(sum(piece["rows"] for piece in self._state["pieces"]))

    def done(self, source: int) -> int | None:
        """Records of a source that are done, those set aside among them; None when all are."""
        if source in self._state["ended"]:
            return None
        of = [piece for piece in self._state["pieces"] if piece["source"] == source]
        return int(sum(piece["rows"] + len(piece["rejected"]) for piece in of))

    def rejected(self) -> list[tuple[str, str]]:
        return [(item, reason) for piece in self._state["pieces"] for item, reason in piece["rejected"]]

    def add(self, source: int, table: pl.DataFrame, rejected: Sequence[tuple[str, str]]) -> None:
        """Keep one piece: first its rows, then that it is there."""
        self._begin()
        number = len(self._state["pieces"])
        with files.atomic(self._place(number)) as file:
            table.write_parquet(file, compression="uncompressed")
        piece = {"source": source, "rows": table.height, "rejected": [list(row) for row in rejected]}
        self._state["pieces"].append(piece)
        self._keep()

    def end(self, source: int) -> None:
        self._begin()
        self._state["ended"].append(source)
        self._keep()

    def write(self, out: Path) -> None:
        """Make one file of all pieces."""
        with table_writer(out) as writer:
            for number in range(len(self._state["pieces"])):
                writer.write(pl.read_parquet(self._place(number)))

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _earlier(self) -> dict[str, Any]:
        """The state that an earlier command left; empty where it left none."""
        place = self.folder
        if not place.exists() and not place.is_symlink():
            return {}
        if place.is_dir() and not place.is_symlink():
            names = [path.name for path in place.iterdir() if not path.name.startswith(files.TEMPORARY)]
            if not names:
                return {}
            if STATE in names and all(OURS.fullmatch(name) for name in names):
                with contextlib.suppress(DataError):
                    state = files.read_json(place / STATE)
                    if state.keys() == self._state.keys():
                        return state
        raise OutputError(
            describe(str(place), found="not the pieces of an earlier command", do="move it away, or choose another -o")
        )

    def _begin(self) -> None:
        if not self.begun:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700)
            self._keep()
            self.begun = True

    def _place(self, number: int) -> Path:
        return self.folder / f"{number:06d}.parquet"

    def _keep(self) -> None:
        files.write_json(self.folder / STATE, self._state)


def _stamp(source: str) -> list[int]:
    """What tells whether a file, or every file of a folder, is still the same: names, sizes and times; nothing of one
    that is not there, which is said when it is read."""
    path = Path(source)
    if source == STDIN or not path.exists():
        return []
    files_of = [path, *(one for one in sorted(path.rglob("*")) if one.is_file())] if path.is_dir() else [path]
    found = ((zlib.crc32(os.fsencode(one)), one.stat()) for one in files_of)
    return [number for name, of in found for number in (name, of.st_size, of.st_mtime_ns)]
