"""What a person gave as a path: no address, and with the likely spelling where nothing is there."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

from ..core.errors import DataError, describe
from ..core.options import suggest
from .scan import shown

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""An address, also where a path has swallowed one of its slashes; a drive has one letter."""
NAMES_COMPARED = 10_000
"""So many names beside a missing path are looked at for the likely spelling."""


def refuse_address(given: str) -> None:
    """Raise DataError for an address such as `https://...`, or for no name at all; nothing is looked up."""
    if not given:
        raise DataError(describe("''", found="an empty name", expected="a path; . is the working folder"))
    if URL.match(given):
        do = "fetch the data yourself first: nothing is looked up"
        raise DataError(describe(given, found="an address", expected="a path on this machine", do=do))


def missing_path(given: str) -> DataError:
    """The error for a path that is not there, with the likely spelling."""
    path = Path(given)
    try:
        with os.scandir(path.parent) as entries:
            near = [entry.name for entry in itertools.islice(entries, NAMES_COMPARED)]
    except OSError:
        near = []
    return DataError(
        describe(shown(given), found="no such file or folder") + suggest(path.name, sorted(map(shown, near)))
    )
