"""Real records of every sort, made small, with names and texts that try to break out of a notebook."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import discern
from discern.core.line_options import LineOptions
from discern.core.options import TextOptions
from discern.evaluate.boxes import Box
from discern.explain.inside_record import Inside, Layer, Lesson, Moment, Unit
from discern.report.record import Training
from discern.text.count import Frequencies
from discern.workflows import (
    collocations,
    concordance,
    examine,
    explain,
    filter_picture,
    fit_line,
    key_words,
    redact_texts,
    show_sheet,
    show_table,
    similar,
    suggest_words,
    words,
)
from discern.workflows.forecast import ForecastRun
from discern.workflows.locate import Located
from report import cluster_builders, explain_builders, forecast_builders, topic_builders
from report.builders import epochs, hostile
from report.examined import examined
from report.number_builders import hostile_number

EVIL = "<script>alert(1)<script>&\"'\u202e"
Made = dict[str, Any]


@functools.cache
def built(_: Path | None = None) -> Made:
    """Records of the builders that the tests of pages use."""
    report, number = hostile(), hostile_number()
    found = {
        "findings": report.findings, "evaluation": report.evaluation, "numbers": number.evaluation,
        "training": Training(epochs=epochs(5), best_epoch=3), "columns": explain_builders.explained(EVIL),
        "class columns": explain_builders.classes(EVIL), "row": explain_builders.one(EVIL),
        "clusters": cluster_builders.clusters(evil=EVIL), "no clusters": cluster_builders.clusters(shown=False),
        "topics": topic_builders.topics(evil=EVIL), "topics compared": topic_builders.comparison(evil=EVIL),
        "forecast": forecast_builders.forecast(evil=EVIL)[0],
    }  # fmt: skip
    result, course, table = forecast_builders.forecast(evil=EVIL)
    saved: Any = None
    found["forecast run"] = ForecastRun(result, saved, table, Path(EVIL), course)
    pixels = np.zeros((20, 30, 1), np.uint8)
    found["located"] = Located(EVIL, (20, 30), (Box(EVIL, 0.9, 2, 3, 9, 9),), 40, pixels)
    kernels = np.random.default_rng(0).normal(size=(2, 1, 3, 3)).astype(np.float32)
    layers = (
        Layer("conv1", (2, 4, 4), np.ones((2, 4, 4), np.float32), (0, 1)),
        Layer("dense", (5,), kernels[:1, 0], ()),
    )
    lesson = Lesson(EVIL, 0.1, 1.0, 0.5, kernels, kernels, kernels)
    moment = Moment(0, 0.5, layers[:1], ((EVIL, 0.9),))
    unit = Unit("conv1", 0, (EVIL,), (1.0,), (pixels,))
    found["inside"] = Inside(
        EVIL, EVIL, pixels, layers, kernels, ((EVIL, 1.0, 0.9),), ((0, 1.0),), (unit,), lesson, (moment,)
    )
    return found | dict(examined().kept)


def of_pictures(folder: Path) -> Made:
    """A run on small pictures, what it says of one, and pictures by themselves."""
    draw = np.random.default_rng(0)
    for number in range(60):
        label = ("bar" + EVIL.replace("/", ""), "cross")[number % 2]
        pixels = draw.integers(0, 90, (12, 12), dtype=np.uint8)
        pixels[3:9, 5:7] = 255
        if number % 2:
            pixels[5:7, 3:9] = 255
        (folder / "data" / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / "data" / label / f"{number:02}{EVIL.replace('/', '')}.png")
    run: Any = discern.train(folder / "data", out=folder / "run", model="mlp", epochs=3)
    data = discern.read(folder / "data")
    first = folder / "data" / "cross" / str(next((folder / "data" / "cross").iterdir()).name)
    canvas = draw.integers(0, 90, (40, 40), dtype=np.uint8)
    canvas[13:19, 15:17] = 255
    return {
        "run": run, "data": data, "split": discern.audit(data), "summary": discern.summary(run),
        "reasons": explain(run, first), "all reasons": explain(run, folder / "data"),
        "examined": examine(run, ("solvable",))["solvable"], "verified": discern.verify(run),
        "picture": discern.show(folder / "data", 0), "sheet": show_sheet(folder / "data"),
        "filtered": filter_picture(canvas, kernel="edges", pool=("max", 2)), "model": run.model,
    }  # fmt: skip


def of_words(folder: Path) -> Made:
    """Notes with words that are signs of HTML, counted, cut, told apart and made safe."""
    source, other = folder / f"notes{EVIL.replace('/', '')}.csv", folder / "other.csv"
    for path, theme in ((source, "the blue car"), (other, "a red bicycle")):
        rows = [("id", "text"), *((i, f"{EVIL} {theme} was seen on road {i % 7} <b>again</b>") for i in range(40))]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    reading = TextOptions(text="text")
    sheet = folder / "sheet.csv"
    found: Made = {
        "words": words(source, reading), "key words": key_words(source, other, reading, min_count=2),
        "collocations": collocations(source, reading), "lines": concordance(source, "car", reading),
        "similar": similar(source, "a blue car", options=reading),
        "suggested": suggest_words(source, sheet, reading=reading),
    }  # fmt: skip
    assert isinstance(found["words"], Frequencies)
    return found | {"redacted": redact_texts(source, sheet, reading=reading)}


def of_tables(folder: Path) -> Made:
    """A line through columns with hostile names."""
    draw = np.random.default_rng(0)
    values = draw.normal(size=(60, 2))
    source = folder / "table.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((f"a{EVIL}", "b", "c"))
        writer.writerows((a, b, 3 * a - b + 0.2 * draw.normal()) for a, b in values)
    line = fit_line(source, LineOptions("c", (f"a{EVIL}", "b"), iterations=60))
    return {"line": line, "one column": fit_line(source, LineOptions("c", ("b",))), "table": show_table(source)}


MAKERS: dict[str, Callable[[Path], Made]] = {
    "built": built,
    "pictures": of_pictures,
    "words": of_words,
    "tables": of_tables,
}
