"""The data of a run: read by options as one record, and read again when a run goes on or is asked something."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from numpy.typing import ArrayLike

from .. import __version__
from ..core import events
from ..core.errors import DataError
from ..core.events import Listener, silent
from ..core.options import ReadOptions
from ..core.records import InputSpec
from ..data.assemble import Groups
from ..data.dataset import Dataset
from ..data.read import read
from ..store.run_folder import RunFolder

LIBRARIES = ("numpy", "scipy", "scikit-learn", "polars", "pillow", "onnxruntime", "torch")


def read_with(
    source: str | Path | ArrayLike,
    options: ReadOptions,
    *,
    y: ArrayLike | None = None,
    groups: Groups | None = None,
    spec: InputSpec | None = None,
    on_event: Listener = silent,
) -> Dataset:
    """`read`, with its options as one record; a model's `spec` stands for the options of pictures."""
    return read(
        source,
        y,
        groups=groups,
        spec=spec,
        pictures=options.pictures if spec is None else None,
        labels=options.labels,
        id=options.id,
        label=options.label,
        group_from=options.group_from,
        max_bad=options.max_bad,
        corrections=options.corrections,
        texts=options.texts,
        group=options.group,
        language=options.language,
        target=options.table.target,
        drop=options.table.drop,
        keep=options.table.keep,
        missing=options.table.missing,
        task=options.table.task,
        max_megapixels=options.max_megapixels,
        on_event=on_event,
    )


def reopen(folder: RunFolder, data: Dataset | None, on_event: Listener) -> Dataset:
    """Read a run's data again. Raises DataError when it is not what the run saw."""
    record = folder.record()
    named = record["data"]
    if data is None:
        data = read_with(folder.data_path(), folder.reading(), on_event=on_event)
    other = [name for name, number in versions().items() if record["versions"].get(name) != number]
    if other:
        events.note(on_event, f"other versions than when this run began: {', '.join(other)}; its bytes may differ")
    if data.fingerprint != named["fingerprint"]:
        raise DataError(
            f"{named.get('path') or data.name}: not the data that {folder.path} learned from "
            f"({data.n} items now, {named['n_items']} then); `discern verify` says what differs"
        )
    return data


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on."""
    found = {"discern": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
