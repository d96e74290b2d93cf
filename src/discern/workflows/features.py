"""`features`: the numbers in which a model sees items, for tools of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError
from ..core.events import Listener, silent, steps
from ..data.items import expand, load_batches
from ..data.tables_out import FORMATS, table_writer
from ..store import bundle, outputs
from ..store.run_folder import megapixels_of, model_path
from ..store.session import Shipped


def features(
    run: str | Path,
    items: Sequence[str | Path],
    *,
    out: str | Path,
    force: bool = False,
    on_event: Listener = silent,
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Write `item` and `f0`, `f1`, ... (float32) for pictures: of a network the values before its last layer, of other
    models the values that they look at. How many were written, and what was set aside with its reason.

    Raises OptionError for a model of tables or texts, OutputError, RunError, ModelFileError; DataError when not one
    item can be read.
    """
    target = outputs.checked("-o", out, inputs=items, endings=FORMATS, force=force)
    loaded = bundle.load(model_path(run))
    if loaded.spec.kind != "pictures":
        raise OptionError(f"{run}: it takes {loaded.spec}; features are written for models of pictures")
    shipped = Shipped(loaded, features=True)
    refs = expand([str(item) for item in items], on_event=on_event)
    rejected: list[tuple[str, str]] = []
    n = 0
    with table_writer(target) as writer:
        for names, values, bad in load_batches(refs, shipped.spec, max_megapixels=megapixels_of(run)):
            rejected += bad
            if len(names):
                writer.write(_frame(names, shipped.looked(values)[1]))
                n += len(names)
                steps(on_event, "pictures", n, 0)
        if not n:
            raise DataError(f"not one item could be read{f': {rejected[0][0]}: {rejected[0][1]}' if rejected else ''}")
    return n, tuple(rejected)


def _frame(names: Sequence[str], found: NDArray[Any] | None) -> pl.DataFrame:
    assert found is not None  # they were asked for
    flat = found.reshape(len(found), -1).astype(np.float32)
    columns = {f"f{place}": flat[:, place] for place in range(flat.shape[1])}
    return pl.DataFrame({"item": list(names), **columns})
