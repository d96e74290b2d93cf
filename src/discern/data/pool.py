"""A pool of items without labels: texts or pictures, with what must not be counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.events import Listener, silent
from ..core.options import TextOptions
from ..core.records import InputSpec
from . import labelled_texts
from .assemble import stop_if_too_many
from .dataset import Dataset
from .given import missing_path, refuse_address
from .read import read
from .scan import PICTURE_ENDINGS, shown
from .texts import read_texts


@dataclass(frozen=True, eq=False)
class Pool:
    """Items to choose from, ordered as they were read; labels that they may have are not looked at."""

    name: str
    kind: Literal["texts", "pictures"]
    items: tuple[str, ...]
    values: NDArray[Any]
    """Texts `(n,)`, or pixels `(n, H, W, C)`."""
    texts: tuple[str, ...]
    """The text of each item, or the file of its picture, as it is shown."""
    rejected: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        return len(self.items)


def read_pool(
    given: str,
    *,
    options: TextOptions,
    kind: str | None = None,
    spec: InputSpec | None = None,
    on_event: Listener = silent,
) -> Pool:
    """Read texts or pictures, whatever labels they have. `kind` and `spec` are those of the labelled data, if any.

    Raises DataError, OptionError, TooManyBadItems.
    """
    refuse_address(given)
    path = Path(given)
    if not given.startswith("sample:") and not path.exists():
        raise missing_path(given)
    texts = kind == "texts" or (
        kind is None
        and labelled_texts.is_texts(path)
        and not any(name.suffix.lower() in PICTURE_ENDINGS for name in path.glob("**/*"))
    )
    if texts:
        found = read_texts(given, options, on_event=on_event)
        own = found.texts.to_list()
        values = np.array(own, dtype=object)
        return Pool(found.name, "texts", tuple(found.items.to_list()), values, tuple(own), found.rejected, found.notes)
    data: Dataset = read(given, spec=spec, max_bad=1.0, on_event=on_event)
    stop_if_too_many(given, data.n, list(data.rejected.iter_rows()))
    if data.kind != "pictures":
        raise DataError(describe(shown(given), found="a table of numbers", expected="texts or pictures"))
    items = tuple(data.items["item"].to_list())
    files = tuple(str(file) if file is not None else item for file, item in zip(data.paths, items, strict=True))
    return Pool(data.name, "pictures", items, data.values, files, data.rejected, data.notes)
