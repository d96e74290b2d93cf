"""`explain` for pictures: why one gets its answer, and where a model looks, class by class."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, RunError, UnreadableItem, describe
from ..core.events import Listener, note, silent, stage, steps
from ..core.options import suggest
from ..core.seeds import generator
from ..data.dataset import Dataset
from ..data.given import missing_path, refuse_address
from ..data.scan import PICTURE_ENDINGS, shown
from ..explain.inside_record import KERNELS, Inside, Moment
from ..explain.picture import (
    NEAREST,
    ClassReasons,
    Near,
    PictureExplanation,
    PicturesExplained,
    class_reasons,
    maps_of,
    reasons_for,
)
from ..fit import checkpoint
from ..images.decode import picture_for
from ..models import catalogue
from ..report import film as films
from ..report import inside_page, picture_reasons
from ..store import bundle
from ..store.bundle import Bundle
from ..store.run_folder import RunFolder, megapixels_of, model_path
from ..store.session import Shipped
from . import explain_folder
from .kept import Finished
from .refits import learnable

EACH = 24
"""Pictures of each class that are looked at for the whole."""
MOST_CLASSES = 30
COMPARED = 5_000
"""Pictures that were learned from, among which the nearest are looked for."""
CERTAIN = 0.9
"""Where the model is surer than this, its own answer teaches nothing; the next likeliest label does."""
LOOKED_THROUGH = 500
"""Pictures that were learned from, among which those that make a unit fire most are looked for."""
OTHERS = 4
NETWORK = "conv"


def whole(
    run: str | Path, loaded: Bundle, source: str | Path | Dataset | None, folder: Path | None, on_event: Listener
) -> PicturesExplained:
    """Where the model looks, class by class, on the validation part (or what it learned from, where there is none)."""
    opened = explain_folder.open_run(run, source, on_event)
    data, seed = opened.data, opened.folder.options().seed
    labels = data.labels
    assert labels is not None  # `finished` has refused data without labels
    parts = opened.parts
    asked = parts.validation if len(parts.validation) else parts.train
    shipped = Shipped(loaded)
    network = network_of(loaded)
    name, of = next(iter(maps_of(shipped.predict_proba, network).items()))
    random = generator(seed, "explain")
    notes = [] if len(parts.validation) else ["of pictures that were learned from: there is no validation part"]
    classes: list[ClassReasons] = []
    wanted = [str(one) for one in shipped.classes][:MOST_CLASSES]
    stage(on_event, "looking at what the model looks at")
    for place, label in enumerate(wanted):
        rows = asked[labels[asked] == label]
        rows = np.sort(random.permutation(rows)[:EACH])
        right = rows[shipped.predict(data.values[rows]) == label] if len(rows) else rows
        if not len(right):
            notes.append(f"{label}: no picture that it answers rightly")
            continue
        maps = [of(np.asarray(data.values[row]), place) for row in right]
        classes.append(class_reasons(label, maps, np.asarray(data.values[right[0]]), seed))
        steps(on_event, "classes", place + 1, len(wanted))
    if len(shipped.classes) > MOST_CLASSES:
        notes.append(f"the first {MOST_CLASSES} of {len(shipped.classes)} classes")
    result = PicturesExplained(str(run), name, tuple(classes), tuple(notes))
    if folder is not None:
        explain_folder.write(folder, picture_reasons.beside_whole(result), result.to_json())
    return result


def one(
    run: str | Path,
    loaded: Bundle,
    source: str | Path | Dataset | None,
    item: str | None,
    folder: Path | None,
    on_event: Listener,
) -> PictureExplanation:
    """Why one picture gets its answer: a file, or an `item` of the run's data."""
    opened, notes = None, []
    try:
        opened = explain_folder.open_run(run, source if item is not None else None, on_event)
    except DataError:
        if item is not None:
            raise
        notes.append("what it learned from is not at hand, so no nearest pictures are shown")
    name, picture = _picture(run, loaded, source, item, opened)
    shipped = Shipped(loaded, features=True)
    stage(on_event, "asking the model")
    answers = shipped.answer(picture[None])
    chances = answers.probabilities[0]
    order = np.argsort(-chances, kind="stable")
    label = int(order[0])
    if answers.unknown is not None and bool(answers.unknown[0]):
        notes.append("the model answers `unknown`: it is unlike what was learned; reasons are of the likeliest class")
    network = network_of(loaded)
    if network is None:
        notes.append(f"a {catalogue.entry(loaded.model).title} has no feature maps; only occlusion asks it")
    seed = 0 if opened is None else opened.folder.options().seed
    stage(on_event, "looking for reasons")
    result = PictureExplanation(
        item=name, run=str(run), answer=str(shipped.classes[label]), probability=float(chances[label]),
        others=tuple((str(shipped.classes[place]), float(chances[place])) for place in order[1 : 1 + OTHERS]),
        pixels=picture, reasons=reasons_for(shipped.predict_proba, network, picture, label, seed),
        nearest=() if opened is None else _nearest(shipped, picture, opened, seed), notes=tuple(notes),
    )  # fmt: skip
    for said in notes:
        note(on_event, said)
    if folder is not None:
        explain_folder.write(folder, picture_reasons.beside_one(result), result.to_json())
    return result


def look_inside(
    run: str | Path,
    source: str | Path | Dataset | None = None,
    *,
    item: str | None = None,
    out: str | Path | None = None,
    film: bool = False,
    force: bool = False,
    on_event: Listener = silent,
) -> Inside:
    """A picture on its way through the network of a run: feature maps, kernels, units with the pictures that make them
    fire most, the last vote, and one step of learning; of a run that kept the weights of every epoch, maps and votes
    with them, too. `source` and `item` as for `explain`. With `film` these stand as `inside.gif` in the folder `out`.

    Raises OptionError for a model without layers of convolutions, and for a film of a run that kept no epochs; else as
    `explain` does.
    """
    if film and out is None:
        raise OptionError("--film needs -o, a folder to write inside.gif into")
    if item is None and not isinstance(source, (str, Path)):
        raise OptionError("--inside follows one picture through the network: name a picture, or --item")
    run = os.fspath(run)
    loaded = bundle.load(model_path(run))
    network = network_of(loaded)
    other = f"{run}: --inside shows layers of convolutions; this is a {catalogue.entry(loaded.model).title}"
    if network is None:
        raise OptionError(other)
    from ..explain.inside import first_conv, has_convolutions, layers_of, lesson_of, units_of, votes_of  # torch

    if not has_convolutions(network):
        raise OptionError(other)
    place = None if out is None else explain_folder.place(out, run, source, force)
    opened = explain_folder.open_run(run, source if item is not None else None, on_event)
    accuracies = _accuracies(opened.folder)
    if film and not accuracies:
        raise OptionError(f"{run}: --film needs the weights of every epoch; train with --keep-epochs, which keeps them")
    name, picture = _picture(run, loaded, source, item, opened)
    classes = [str(one) for one in loaded.classes]
    stage(on_event, "looking inside")
    rows = learnable(opened)
    rows = np.sort(generator(opened.folder.options().seed, "inside").permutation(rows)[:LOOKED_THROUGH])
    names = opened.data.items["item"].gather(rows).to_list()
    votes, last = votes_of(network, picture, classes)
    taught = votes[1 if votes[0][2] > CERTAIN else 0][0]
    result = Inside(
        item=name, run=str(run), pixels=picture, layers=layers_of(network, picture),
        kernels=first_conv(network).weight.detach().numpy()[:KERNELS].copy(), votes=votes, last=last,
        units=units_of(network, picture, [np.asarray(data) for data in opened.data.values[rows]], names),
        lesson=lesson_of(network, picture, classes.index(taught), taught),
        course=_course(opened.folder, accuracies, network, picture, classes, film, on_event),
    )  # fmt: skip
    if place is not None:
        explain_folder.write(place, inside_page.beside(result, film=film), result.to_json())
    return result


def _accuracies(folder: RunFolder) -> list[float | None]:
    """Where a run kept the weights of every epoch, their validation accuracies, the first weights first; else none."""
    history = folder.load(folder.training).get("history") or ()
    kept = set(checkpoint.epochs(folder.checkpoints))
    return [None, *(one["validation_accuracy"] for one in history)] if set(range(len(history) + 1)) <= kept else []


def _course(
    folder: RunFolder, accuracies: list[float | None], network: Any, picture: NDArray[Any], classes: Sequence[str],
    film: bool, on_event: Listener,
) -> tuple[Moment, ...]:  # fmt: skip
    """How the network came to this; where what was kept is damaged, a note, and for a film RunError."""
    from ..explain.inside import course_of  # torch

    try:
        return course_of(network, picture, classes, _epochs(folder, accuracies, on_event))
    except RunError as error:
        if film:
            raise
        note(on_event, f"how it came to this is not shown: {error}")
        return ()


def _epochs(
    folder: RunFolder, accuracies: list[float | None], on_event: Listener
) -> Iterator[tuple[int, float | None, Any]]:
    """Number, validation accuracy and weights of the epochs that are shown."""
    chosen = films.chosen(len(accuracies) - 1) if accuracies else ()
    for done, epoch in enumerate(chosen, start=1):
        yield epoch, accuracies[epoch], checkpoint.read_epoch(folder.checkpoints, epoch)
        steps(on_event, "epochs", done, len(chosen))


def network_of(loaded: Bundle) -> Any:
    """The network of a bundle as a torch module (`nn.Sequential`), whose scores are the model's own; None for other
    models."""
    if loaded.model != NETWORK:
        return None
    return loaded.estimator().network()


def is_picture(source: object) -> bool:
    """Whether this is a single picture, and not a run's data."""
    return isinstance(source, (str, Path)) and Path(source).suffix.lower() in PICTURE_ENDINGS


def _picture(
    run: str | Path, loaded: Bundle, source: str | Path | Dataset | None, item: str | None, opened: Finished | None
) -> tuple[str, NDArray[Any]]:
    """A name and the pixels as the model takes them."""
    if item is not None:
        assert opened is not None  # else reading has failed
        names = opened.data.items["item"].to_list()
        if item not in names:
            raise DataError(f"{opened.data.name}: no item {item!r}{suggest(item, names)}")
        return item, np.asarray(opened.data.values[names.index(item)])
    refuse_address(str(source))
    path = Path(str(source))
    if not path.exists():
        raise missing_path(str(source))
    try:
        return shown(str(source)), picture_for(path, loaded.spec, max_megapixels=megapixels_of(run)).pixels
    except UnreadableItem as error:
        raise DataError(describe(shown(str(source)), found=error.reason, expected="a picture")) from error


def _nearest(shipped: Shipped, picture: NDArray[Any], opened: Finished, seed: int) -> tuple[Near, ...]:
    """Pictures that were learned from, by the cosine of the model's own features."""
    data, rows = opened.data, learnable(opened)
    if len(rows) > COMPARED:
        rows = np.sort(generator(seed, "nearest").permutation(rows)[:COMPARED])
    features = shipped.looked(data.values[rows])[1]
    own = shipped.looked(picture[None])[1]
    labels = data.labels
    assert features is not None and own is not None and labels is not None
    flat = features.reshape(len(features), -1).astype(np.float64)
    middle = flat.mean(axis=0)
    flat, one = flat - middle, own.reshape(-1).astype(np.float64) - middle
    lengths = np.sqrt((flat**2).sum(axis=1)) * np.sqrt(float(one @ one))
    alike = flat @ one / np.maximum(lengths, 1e-12)
    best = np.argsort(-alike, kind="stable")[:NEAREST]
    found = []
    for place in best.tolist():
        row = int(rows[place])
        pixels = np.asarray(data.values[row])
        found.append(Near(str(data.items["item"][row]), str(labels[row]), float(alike[place]), pixels))
    return tuple(found)
