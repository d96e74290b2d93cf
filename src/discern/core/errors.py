"""Every error that Discern raises on purpose, in one tree.

    DiscernError                 exit code 2; one line on the command line, no traceback
    ├── OptionError              options that cannot be used: all of them at once (also a ValueError)
    ├── DataError                data that cannot be used: the file, row or column is named (also a ValueError)
    │   ├── UnreadableItem       one item; set aside with its reason, the job goes on
    │   └── TooManyBadItems      so many items were set aside that the job ends
    ├── RunError                 a run folder that is missing, finished, damaged or of another kind
    │   └── RunLocked            another process is writing this run
    ├── ModelFileError           a model file that is refused (also a ValueError)
    │   └── NewerFormat          written by a newer program; says which version reads it
    ├── OutputError              a place that cannot be written (also an OSError)
    └── MissingDependency        an optional library that is not installed (also an ImportError)

A message says what was found, what was expected and what to do; `describe` puts the three together.
"""

from __future__ import annotations

from collections.abc import Iterable


def describe(subject: str, *, found: str = "", expected: str = "", do: str = "") -> str:
    """One line from the parts of a message: `subject: found X; expected Y; do Z`."""
    parts = [part for part in (found, f"expected {expected}" if expected else "", do) if part]
    return f"{subject}: {'; '.join(parts)}" if parts else subject


class DiscernError(Exception):
    """Something that the person can put right. The message stands alone."""

    exit_code = 2


class OptionError(DiscernError, ValueError):
    """Options that cannot be used; `problems` holds one message each."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("; ".join(self.problems))


class DataError(DiscernError, ValueError):
    """Data that cannot be used."""


class UnreadableItem(DataError):
    """One item that cannot be read. `reason` is shown beside the item's name."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TooManyBadItems(DataError):
    """More items were set aside than the job accepts."""


class RunError(DiscernError):
    """A run folder that cannot be used as asked."""


class RunLocked(RunError):
    """Another process is writing this run."""


class ModelFileError(DiscernError, ValueError):
    """A model file that is refused."""


class NewerFormat(ModelFileError):
    """A model file written by a newer program."""


class OutputError(DiscernError, OSError):
    """A place that cannot be written."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingDependency(DiscernError, ImportError):
    """An optional library that is not installed."""
