"""The samples that can be named as a source, such as `sample:digits`, without a file on disk."""

from __future__ import annotations

import dataclasses

from ..core.errors import DataError
from ..core.options import ReadOptions, suggest
from . import arrays, samples, table_samples
from .assemble import Reading
from .dataset import Dataset, Kind, Source
from .table_read import from_frame

SAMPLES = (samples.DIGITS, *table_samples.TABLES)


def read_sample(given: str, kind: Kind | None, asked: ReadOptions, reading: Reading) -> Dataset:
    """A sample by its name; a table's own target is learned where none is named. Raises DataError."""
    if given == samples.DIGITS:
        return arrays.read_digits(kind, reading)
    if given not in table_samples.TABLES:
        raise DataError(f"{given}: no such sample; there is {', '.join(SAMPLES)}{suggest(given, SAMPLES)}")
    frame, target = table_samples.table(given)
    if asked.table.target is None:
        asked = dataclasses.replace(asked, table=dataclasses.replace(asked.table, target=target))
    return from_frame(frame, given, Source("table", given), asked, reading)
