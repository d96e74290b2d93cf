"""The ledger of looks at test parts: one line a look, never changed or removed.

A test part that is looked at again and again while options change slowly becomes a validation part. The ledger lets a
report say how often that has happened. Clock times stand in its lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core.files import append_line, read_lines


def digest(options: Mapping[str, Any]) -> str:
    """A name for one configuration: the SHA-256 of its options, whatever the order of the keys."""
    return hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()


def look(path: Path, test_key: str, run: str, options_digest: str, reason: str) -> None:
    """Write down one look at the test part `test_key`, before its items are handed out. Raises OutputError."""
    append_line(
        path,
        {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "test_key": test_key,
            "run": run,
            "options": options_digest,
            "reason": reason,
        },
    )


def looks(path: Path, test_key: str, options_digest: str | None = None) -> int:
    """How many other configurations than `options_digest` have looked at this test part; all of them when it is None.

    Looks of one configuration count once: seeing the same figure again teaches nothing new.
    """
    seen = {line.get("options") for line in read_lines(path) if line.get("test_key") == test_key}
    return len(seen - {options_digest, None})
