"""From a run's records to the one record that the report renders."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import polars as pl

from ..core.options import ReadOptions, TextOptions, TrainOptions
from ..core.records import Figure, Findings
from ..data.dataset import Dataset
from ..data.splits import Split
from ..evaluate.recorded import Measured
from ..models import catalogue
from ..models.scorer import BOTH
from ..report.html import write_report
from ..report.record import Answered, Candidate, Picture, RunReport, Setting, Training, pick_pictures
from ..report.suspects_page import SUSPECTS_SHOWN, Shown
from ..report.telling_page import Telling
from ..store import bundle
from ..store.bundle import Bundle
from ..store.card import Card
from ..store.run_folder import RunFolder
from ..store.summary import layers_of
from . import kept
from .network import network_of
from .number_choice import target_of

WORDS_SHOWN = 15
"""Of each class."""


def write_run_report(
    folder: RunFolder,
    data: Dataset,
    options: TrainOptions,
    findings: Findings,
    parts: Split,
    choice: Mapping[str, Any],
    evaluation: Measured,
) -> None:
    """Write `report.html` and the tables and figures beside it into the run's folder."""
    training, record = folder.load(folder.training, "model"), folder.record()
    model, results, items = bundle.load(folder.model), kept.results(folder), record.get("items_in_report", True)
    if data.kind == "texts" and items:
        results["telling"] = _telling(model)
    if (network := network_of(model, data.source.options.table.target or "the number")) is not None:
        results["network"] = network
    if not items:
        findings, _ = findings.without_items(), results.pop("suspects", None)
    report = RunReport(
        title=data.name,
        model=catalogue.entry(choice["chosen"]).title,
        command=command(data, options, training),
        data=_facts(data),
        findings=findings,
        split_method=parts.method,
        split_counts=_counts(parts),
        evaluation=evaluation,
        candidates=_candidates(choice),
        compared_on=choice["compared_on"],
        settings=_settings(choice),
        gain=_gain(choice),
        training=replace(Training.from_json(training), layers=tuple(asdict(layer) for layer in layers_of(model))),
        gallery=_gallery(folder, data) if items and data.task == "classification" else (),
        versions=record["versions"],
        earlier_looks=record["earlier_looks"],
        notes=data.notes,
        kept=_with_pictures(results, data),
        columns=data.input.columns,
        aside=data.aside,
        answers=_answers(folder, items) if data.task == "regression" else None,
        card=Card.from_json(model.manifest["card"]),
        holds=model.holds,
    )
    write_report(folder.path, report)


def _answers(folder: RunFolder, items: bool) -> Answered:
    """The tested items of a model that answers with numbers; without their names where items stay away."""
    table = pl.read_parquet(folder.predictions)
    low, high = (table[name].to_numpy() if name in table.columns else None for name in ("low", "high"))
    names = tuple(table["item"].to_list()) if items else ()
    why = folder.load(folder.training).get("trust", {}).get("reason", "")
    return Answered(names, table["label"].to_numpy(), table["prediction"].to_numpy(), low, high, why)


def _with_pictures(results: dict[str, Any], data: Dataset) -> dict[str, Any]:
    """What is kept beside the run; suspects with their pictures."""
    found = results.get("suspects")
    if found is not None:
        places = {name: place for place, name in enumerate(data.items["item"])}
        shown = [(data.values[places[one.item]] if one.item in places else None) for one in found.rows[:SUSPECTS_SHOWN]]
        pixels = tuple(value if data.kind == "pictures" else None for value in shown)
        texts = tuple(str(value or "") for value in shown) if data.kind == "texts" else ()
        results["suspects"] = Shown(found, pixels, texts)
    return results


def _telling(model: Bundle) -> Telling | None:
    """The words that decide, of a model that looks at words."""
    scorer = model.scorer()
    if not len(scorer.looking.words):
        return None
    found = zip(model.classes.tolist(), scorer.telling(WORDS_SHOWN), strict=True)
    return Telling(tuple(found), scorer.looking.looks == BOTH)


def command(data: Dataset, options: TrainOptions, training: Mapping[str, Any]) -> str:
    """The command line that repeats a run: the options that differ from the defaults, a budget as its epochs."""
    plain = TrainOptions()
    cycles = (options.epochs or ()) if options.budget is None else tuple(training.get("cycles", ()))
    words = ["discern", "train", data.source.path or "ARRAYS"]
    for name in options.model:
        words += ["--model", name]
    named = {
        "--k": (options.k, plain.k),
        "--layers": (options.layers, plain.layers),
        "--loss": (options.loss, plain.loss),
        "--epochs": (cycles[0] if cycles else None, None),
        "--augment": (options.augment, plain.augment),
        "--features": (options.features, plain.features),
        "--class-weight": (options.class_weight, plain.class_weight),
        "--batch": (options.batch_size, plain.batch_size),
        "--lr": (options.learning_rate, plain.learning_rate),
        "--patience": (options.patience, plain.patience),
        "--precision": (options.precision, plain.precision),
        "--device": (options.device, plain.device),
        "--from": (options.start, plain.start),
        "--search": (options.search, plain.search),
        "--calibrate": (options.calibrate, plain.calibrate),
        "--coverage": (options.coverage, None),
        "--unknown": (options.unknown, None),
        "--test": (options.split.test, plain.split.test),
        "--validation": (options.split.validation, plain.split.validation),
        "--split": (None if options.split.first is None else f"first:{options.split.first:g}", None),
        "--drop-leaks": (options.split.drop_leaks, False),
        "--seed": (options.seed, plain.seed),
        **_reading(data.source.options),
    }
    for typed, (value, default) in named.items():
        if value is True:
            words.append(typed)
        elif value != default:
            words += [word for one in (value if isinstance(value, tuple) else (value,)) for word in (typed, str(one))]
    text = shlex.join(words)
    for more in cycles[1:]:
        text += f"\ndiscern resume RUN --epochs +{more}"
    return text


def _reading(options: ReadOptions) -> dict[str, tuple[Any, Any]]:
    """The options of reading as they are typed, each with its default."""
    pictures, plain = options.pictures, ReadOptions()
    size, crop = pictures.size, pictures.crop
    return {
        "--size": (None if size is None else "x".join(map(str, size)), None),
        "--grey": (pictures.grey, False),
        "--binary": (pictures.binary, False),
        "--symbols": (pictures.symbols, False),
        "--crop": (None if crop is None else ",".join(f"{share:g}" for share in crop), None),
        "--keep-aspect": (pictures.keep_aspect, False),
        "--labels": (options.labels, None),
        "--id": (options.id, None),
        "--label": (options.label, ()),
        "--group-from": (options.group_from, None),
        "--max-bad": (options.max_bad, plain.max_bad),
        "--max-megapixels": (options.max_megapixels, plain.max_megapixels),
        "--corrections": (options.corrections, None),
        "--text": (options.texts.text, None),
        "--columns": (",".join(options.texts.columns) or None, None),
        "--quote": (options.texts.quote, TextOptions().quote),
        "--encoding": (options.texts.encoding, None),
        "--group": (options.group, None),
        "--language": (options.language, None),
        "--target": (options.table.target, None),
        "--drop": (options.table.drop, ()),
        "--keep": (options.table.keep, ()),
        "--missing": (options.table.missing, ()),
        "--task": (options.table.task, None),
    }


def _facts(data: Dataset) -> dict[str, Any]:
    learned = (
        {"to learn": f"{target_of(data)}, a number"} if data.task == "regression" else {"classes": len(data.classes)}
    )
    facts: dict[str, Any] = {"items": data.n, **learned, "each item": str(data.input)}
    if data.source.path is not None:
        facts["read from"] = data.source.path
    if len(data.rejected):
        facts["set aside because they cannot be read"] = len(data.rejected)
    if len(data.skipped):
        whys = {"texts": "because they are in another language", "table": "because their target is missing"}
        why = whys.get(data.kind, "because they are no pictures")
        facts[f"passed over {why}"] = len(data.skipped)
    if data.groups is not None:
        facts["groups of items that belong together"] = len(np.unique(data.groups))
    facts["fingerprint"] = data.fingerprint
    return facts


def _counts(parts: Split) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    if parts.table.schema["label"].is_float():
        return {"all": dict(parts.table["part"].value_counts().sort("part").iter_rows())}
    table = parts.table.group_by("label", "part").len().sort("label", "part")
    for label, part, count in table.iter_rows():
        counts.setdefault(label, {})[part] = count
    return counts


def _candidates(choice: Mapping[str, Any]) -> tuple[Candidate, ...]:
    features = choice.get("parameters", {}).get("features")
    same = [row for row in choice["candidates"] if row["model"] == choice["chosen"]]
    alike = [row for row in same if row.get("parameters", {}).get("features") == features]
    chosen = (alike or same or [None])[0]
    return tuple(
        Candidate(
            " on ".join([row["model"], *row.get("parameters", {}).values()]),
            row["title"],
            {name: Figure.from_json(figure) for name, figure in row["figures"].items()},
            chosen=row is chosen,
            note=f"after {100 * row['trained']:.0f} % of its training" if "trained" in row else "",
        )
        for row in choice["candidates"]
    )


def _settings(choice: Mapping[str, Any]) -> tuple[Setting, ...]:
    """The settings that were tried, each with its last round: those that came furthest first, then the best."""
    found = choice.get("search", {"rows": ()})
    last = {row["setting"]: row for row in found["rows"]}
    kept = found["setting"] if last and found["model"] == choice["chosen"] else None
    ranked = sorted(
        last.values(), key=lambda row: (-row["round"], -row["figures"]["accuracy"]["value"], row["setting"])
    )
    return tuple(
        Setting(
            row["setting"],
            row["words"],
            row["epochs"],
            {name: Figure.from_json(figure) for name, figure in row["figures"].items()},
            chosen=row["setting"] == kept,
        )
        for row in ranked
    )


def _gain(choice: Mapping[str, Any]) -> Figure | None:
    found = choice.get("search")
    return Figure.from_json(found["gain"]) if found and found["model"] == choice["chosen"] else None


def _gallery(folder: RunFolder, data: Dataset) -> tuple[Picture, ...]:
    """The surest mistakes and the least sure answers of the test part."""
    table = pl.read_parquet(folder.predictions)
    columns = [name for name in table.columns if name.startswith("p_")]
    positions = {name: position for position, name in enumerate(data.items["item"])}
    rows = [positions[name] for name in table["item"]]
    return pick_pictures(
        table["item"].to_list(),
        None if data.kind == "table" else data.values[rows],
        table["label"].to_numpy(),
        table.select(columns).to_numpy(),
        np.array([name.removeprefix("p_") for name in columns]),
    )
