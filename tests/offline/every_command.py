"""Runs every command in one process in which any use of the network ends it; started by test_offline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK:
        os.write(2, f"used the network: {event} {arguments[1:]}\n".encode())
        os._exit(97)


sys.addaudithook(refuse)

from discern.cli.image import COMMANDS as IMAGE  # noqa: E402
from discern.cli.main import COMMANDS, main  # noqa: E402
from discern.cli.series import COMMANDS as SERIES  # noqa: E402
from discern.cli.table import COMMANDS as TABLE  # noqa: E402
from discern.cli.text import COMMANDS as TEXT  # noqa: E402

FORECAST = ("series", "forecast", "days.csv")
NET = ("--model", "conv", "--layers", "conv 4 same, pool, dense 8", "--epochs", "1")
LINES = (
    ("sample", "digits", "digits"),
    ("show", "digits/3/digits-0003.png"),
    ("audit", "digits"),
    ("train", "digits", "-o", "runs/knn", "--model", "knn"),
    ("train", "digits", "-o", "runs/conv", *NET),
    ("resume", "runs/conv", "--epochs", "+1"),
    ("runs",),
    ("summary", "runs/conv"),
    ("predict", "runs/conv", "digits/3", "-o", "out.csv"),
    ("evaluate", "runs/knn", "--robustness", "--of", "3", "--costs", "5,1"),
    ("evaluate", "runs/knn", "--leak-price", "--solvable", "--more-data", "--suspects"),
    ("runs", "compare", "runs/knn", "runs/conv"),
    ("verify", "runs/conv"),
    ("export", "runs/conv", "--onnx", "net.onnx"),
    ("card", "runs/conv", "--owner", "nobody"),
    ("report", "runs/conv", "--no-items"),
    ("purge", "runs/conv"),
    ("sample", "notes", "some", "--n", "60"),
    ("text", "guess", "some/notes.csv", "--list", "fares=fares.txt", "-o", "guessed.csv"),
    ("text", "clean", "some/notes.csv", "-o", "clean.csv"),
    ("text", "split", "some/notes.csv", "--lemmas"),
    ("text", "entities", "some/notes.csv"),
    ("text", "sentiment", "some/notes.csv"),
    ("text", "summary", "some/notes.csv"),
    ("text", "index", "some/notes.csv", "-o", "notes.index"),
    ("text", "words", "notes.index", "--rows", "5"),
    ("text", "collocations", "notes.index", "--size", "3", "--min-count", "2"),
    ("text", "concordance", "notes.index", "the *", "--page", "the.html"),
    ("text", "similar", "some/notes.csv", "--to", "taxi driver", "--by", "type"),
    ("text", "redact", "some/notes.csv", "--suggest", "words.csv"),
    ("text", "redact", "some/notes.csv", "--keep", "words.csv", "-o", "safe.csv", "--report", "safe.html"),
    ("label", "some/notes.csv", "--labels", "labels.csv", "--classes", "fraud,other"),
    ("text", "topics", "some/notes.csv", "-o", "topics", "--topics", "3", "--restarts", "1", "--refits", "1"),
    ("text", "topics", "--apply", "topics", "some/notes.csv", "-o", "topics.csv"),
    ("sample", "stores", "shops"),
    ("train", "shops/stores.csv", "--target", "kind", "-o", "runs/shops", "--model", "tree"),
    ("explain", "runs/shops", "-o", "why"),
    ("table", "what-if", "runs/shops", "shops/stores.csv", "--set", "parking=-10%", "-o", "less.csv"),
    ("table", "fit-line", "areas.csv", "--target", "crime", "-o", "line"),
    ("features", "runs/conv", "digits/3", "-o", "features.parquet"),
    ("explain", "runs/conv", "digits/3/digits-0003.png", "--inside"),
    ("image", "read", "runs/knn", "digits/3/digits-0003.png"),
    ("image", "locate", "runs/knn", "digits/3/digits-0003.png", "--background", "0"),
    ("sample", "vehicles", "cars", "--n", "24", "--size", "24x36"),
    (
        "train",
        "cars/photos",
        "--labels",
        "cars/metadata.csv",
        "--label",
        "make",
        "--label",
        "model",
        "--group-from",
        r"(.+)_\d+",
        "-o",
        "runs/make",
        "--model",
        "knn",
    ),
    (
        "image",
        "vehicle",
        "digits/3/digits-0003.png",
        "--plate",
        "runs/knn",
        "--make",
        "runs/make",
        "--register",
        "cars/register.csv",
    ),
    ("image", "filter", "sample:five", "--kernel", "cross", "--steps"),
    (*FORECAST, "--time", "day", "--value", "n", "--horizon", "7", "--model", "smoothing,rnn", "-o", "foretold"),
    (*FORECAST, "--run", "foretold"),
    ("series", "write", "story.txt", "-o", "writer", "--epochs", "1"),
    ("series", "write", "writer", "--length", "40"),
    ("sample", "posts", "island", "--n", "40"),
    (
        "text",
        "count",
        "answers.csv",
        "--labelled",
        "answers.csv",
        "--label",
        "prediction",
        "--of",
        "yes",
        "--by",
        "area",
    ),
    ("map", "island/pool.csv", "--boundaries", "island/boundaries.geojson", "-o", "map.svg"),
    ("sample", "notes", "same", "--n", "40"),
    ("table", "clusters", "same/notes.csv", "--text", "note", "-o", "groups", "--groups", "2"),
    ("table", "clusters", "--apply", "groups", "same/notes.csv", "--text", "note", "-o", "grouped.csv"),
    ("doctor",),
)


def first_picture() -> str:
    return str(sorted(Path("digits/3").iterdir())[0])


if __name__ == "__main__":
    done = set()
    Path("fares.txt").write_text("taxi\nfare\n")
    Path("story.txt").write_text("the taxi driver saw a window break at night\n" * 200)
    days = (f"2024-{i // 28 + 1:02}-{i % 28 + 1:02},{i % 7}\n" for i in range(336))
    Path("days.csv").write_text("day,n\n" + "".join(days))
    Path("areas.csv").write_text("deprivation,crime\n12,31\n25,44\n33,60\n48,66\n60,95\n")
    Path("answers.csv").write_text("label,prediction,area\n" + 12 * "yes,yes,north\nno,no,south\n")
    for line in LINES:
        words = [first_picture() if word.endswith(".png") else word for word in line]
        try:
            main(words)
        except SystemExit as stop:
            if stop.code:
                sys.exit(f"{' '.join(words)}: exit status {stop.code}")
        done |= {line[0], " ".join(line[:2])}
    groups = {"text": TEXT, "table": TABLE, "image": IMAGE, "series": SERIES}
    within = (f"{group} {name}" for group, commands in groups.items() for name in commands)
    missing = {*COMMANDS, *within} - done
    if missing:
        sys.exit(f"not run: {sorted(missing)}")
    print("every command ran")
