"""Redaction of made-up crime notes: what of the planted comes through an unreviewed list, and time and memory.

    python benchmarks/redact.py --n 200000

The notes of `discern sample notes` are repeated, cut to 20 words and numbered, so that all of them differ.
"""

from __future__ import annotations

import argparse
import csv
import re
import tempfile
from pathlib import Path

from common import DISCERN, claim, machine, show, timed

PLANTED, WORDS = 5_000, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed([*DISCERN, "sample", "notes", folder / "sample", "--n", str(PLANTED)])
        survivors(folder)
        speed(folder, asked.n, asked.repeats)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def survivors(folder: Path) -> None:
    claim("no planted name, number, plate, postcode or address comes through a list that nobody has reviewed")
    notes, sheet, safe = folder / "sample" / "notes.csv", folder / "sheet.csv", folder / "safe.csv"
    print(timed([*DISCERN, "text", "redact", notes, "--suggest", sheet, "--author", "author"]).output)
    print(timed([*DISCERN, "text", "redact", notes, "--keep", sheet, "-o", safe, "--columns-kept", "id"]).output)
    left = {row["id"]: re.sub(r"\[[A-Z]+\]", " ", row["note"]).lower() for row in rows_of(safe)}
    found: dict[str, list[int]] = {}
    for row in rows_of(folder / "sample" / "planted.csv"):
        who = row["text"].lower().partition("@")[0]  # what stands after it is no secret
        parts = [part for part in re.findall(r"[^\W_]+", who) if len(part) > 1]
        counts = found.setdefault(row["type"], [0, 0])
        counts[0] += 1
        counts[1] += any(re.search(rf"\b{re.escape(part)}\b", left[row["id"]]) for part in parts)
    for kind, (n, survived) in sorted(found.items()):
        print(f"  {kind:10} {n:6,} planted, a part of {survived:,} in the same note afterwards")


def speed(folder: Path, n: int, repeats: int) -> None:
    claim("100,000 notes of 20 words a second")
    made = [" ".join(row["note"].split()[: WORDS - 1]) for row in rows_of(folder / "sample" / "notes.csv")]
    notes, sheet = folder / "many.csv", folder / "many-sheet.csv"
    with notes.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["author", "note"])
        table.writerows((f"K{i % 97}", f"{made[i % len(made)]} {i}") for i in range(n))
    suggest = [*DISCERN, "text", "redact", notes, "--suggest", sheet, "--author", "author", "--force"]
    keep = [*DISCERN, "text", "redact", notes, "--keep", sheet, "-o", folder / "many-safe.csv", "--force"]
    show(f"--suggest, {n:,} notes", [timed(suggest) for _ in range(repeats)], items=n)
    show(f"--keep, {n:,} notes", [timed(keep) for _ in range(repeats)], items=n)


if __name__ == "__main__":
    main()
