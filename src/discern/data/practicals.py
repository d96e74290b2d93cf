"""The practicals: notebooks with exercises and their completed twins, which come with the program.

They are made from the scripts in the project's `notebooks/`, see `notebooks/build.py`.
"""

from __future__ import annotations

from pathlib import Path

from .samples import written_whole

NOTEBOOKS = Path(__file__).with_name("notebooks")


def write_practicals(folder: Path, *, force: bool = False) -> int:
    """Write the notebooks into `folder` and return how many. Raises OutputError."""
    books = sorted(NOTEBOOKS.glob("*.ipynb"))

    def copy(staging: Path) -> None:
        for book in books:
            (staging / book.name).write_bytes(book.read_bytes())

    written_whole(folder, copy, force=force)
    return len(books)
