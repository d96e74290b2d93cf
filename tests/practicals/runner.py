"""Runs a practical in a process of its own, in which any use of the network ends it; started by test_practicals.

Both notebooks are walked through side by side. Where they differ stands an exercise: what the exercise begins with must
fail its check with a sentence, and what the completed twin has must pass it.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")
SENTENCE = 20
"""Letters that a friendly sentence has at least."""


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK:
        os.write(2, f"used the network: {event} {arguments[1:]}\n".encode())
        os._exit(97)


def code_cells(path: Path) -> list[tuple[str, str]]:
    """Id and code of each code cell."""
    cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return [(cell["id"], "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]


def run(code: str, name: str, space: dict[str, Any]) -> None:
    exec(compile(code, name, "exec"), space)


def must_fail(given: str, check: str, name: str, space: dict[str, Any]) -> None:
    run(given, name, space)
    try:
        run(check, f"the check of {name}", space)
    except AssertionError as error:
        if len(str(error)) < SENTENCE:
            sys.exit(f"{name}: its check fails without a friendly sentence: {error}")
    else:
        sys.exit(f"{name}: its check passes before the exercise is done")


def main(exercise: Path, completed: Path, *, both: bool) -> None:
    begun, done = code_cells(exercise), code_cells(completed)
    assert [name for name, _ in begun] == [name for name, _ in done]
    space: dict[str, Any] = {"__name__": "__main__"}
    exercises = 0
    for at, ((name, given), (_, code)) in enumerate(zip(begun, done, strict=True)):
        if given != code:
            exercises += 1
            if both:
                must_fail(given, done[at + 1][1], name, space)
        run(code, name, space)
    print(f"\n{exercises} exercises done")


if __name__ == "__main__":
    sys.addaudithook(refuse)
    os.environ["MPLBACKEND"] = "Agg"
    warnings.simplefilter("ignore", ResourceWarning)
    main(Path(sys.argv[1]), Path(sys.argv[2]), both="--completed-only" not in sys.argv)
