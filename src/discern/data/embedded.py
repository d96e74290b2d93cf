"""The samples that can be named as a source, such as `sample:digits`, without a file on disk."""

from __future__ import annotations

import dataclasses

from ..core.errors import DataError
from ..core.options import ReadOptions, suggest
from . import arrays, samples, table_samples
from .assemble import Reading
from .dataset import Dataset, Kind, Source
from .table_read import from_frame

TABLES = table_samples.TABLES
SAMPLES = (samples.DIGITS, *TABLES)


def own_target(source: object, asked: ReadOptions) -> ReadOptions:
    """The options with a sample's own target, where the source is a sample of a table and none is named."""
    if not isinstance(source, str) or source not in TABLES or asked.table.target is not None:
        return asked
    return dataclasses.replace(asked, table=dataclasses.replace(asked.table, target=table_samples.target(source)))


def read_sample(given: str, kind: Kind | None, asked: ReadOptions, reading: Reading) -> Dataset:
    """A sample by its name. Raises DataError."""
    if given == samples.DIGITS:
        return arrays.read_digits(kind, reading)
    if given not in TABLES:
        raise DataError(f"{given}: no such sample; there is {', '.join(SAMPLES)}{suggest(given, SAMPLES)}")
    return from_frame(table_samples.table(given), given, Source("table", given), asked, reading)
