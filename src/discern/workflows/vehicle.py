"""`discern image vehicle`: plate, make and model from one photograph, and what a register says of that plate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import files
from ..core.errors import OptionError
from ..core.events import Listener, silent
from ..core.options import SHARE, raise_all
from ..data.register import Entry, Register, bare, read_register
from ..data.tables_out import write_table
from ..evaluate.reading import SURE
from ..evaluate.vehicle import UNCLEAR, Plate, Seen, Vehicle, agreed, verdict
from ..images.decode import picture_for
from ..images.fit import fit_to
from ..images.plates import candidates
from ..report import vehicle_page, vehicle_words
from ..store import bundle, outputs
from ..store.run_folder import megapixels_of, model_path
from ..store.session import Shipped
from .read_characters import Reader
from .several_pictures import PAGE, each, pixels_of, target_of

COLUMNS = ("make", "model")
"""What a register says of a vehicle; a model must have learned one of them at least as a target of its own."""


class Checker:
    """Two models and a register, loaded once, used for many photographs."""

    def __init__(self, plate: str | Path, make: str | Path, register: str | Path) -> None:
        """`plate` is a model of single characters, `make` one of pictures that learned make, model, or both.

        Raises RunError, ModelFileError, OptionError, DataError.
        """
        self.reader = Reader(plate)
        labels = [str(one) for one in self.reader.shipped.classes]
        if any(len(one) != 1 for one in labels):
            long = next(one for one in labels if len(one) != 1)
            raise OptionError(
                f"--plate {plate}: it tells {long!r} and {len(labels) - 1:,} others apart; expected a model of single "
                f"characters (discern sample letters, train --symbols)"
            )
        loaded = bundle.load(model_path(make))
        if loaded.spec.kind != "pictures" or loaded.task == "regression":
            raise OptionError(f"--make {make}: it takes {loaded.spec}; expected a model of photographs")
        self.shipped = Shipped(loaded)
        self.megapixels = max(self.reader.megapixels, megapixels_of(make))
        targets = self.shipped.targets
        self.columns = tuple(one for one in COLUMNS if targets is not None and one in targets.names)
        if targets is None or not self.columns:
            has = ", ".join(targets.names if targets else [str(one) for one in self.shipped.classes][:6])
            raise OptionError(
                f"--make {make}: it answers with {has}; expected a model of make and model "
                f"(train --label make --label model)"
            )
        self.combinations = list(zip(*(targets.labels[one] for one in self.columns), strict=True))
        self.register: Register = read_register(register, self.columns)
        self.forms = self.register.forms

    def check(self, picture: str | Path | ArrayLike, *, sure: float = SURE) -> Vehicle:
        """One photograph: a file, or pixels `(H, W[, C])` from 0 to 255. Raises DataError."""
        item, pixels = pixels_of(picture, self.megapixels)
        plate = self._plate(pixels, sure)
        entry = self.register.of(plate.text) if plate else None
        near = self.register.near(plate.text, list(plate.unsure)) if plate else ()
        found: tuple[Entry, ...] = (entry,) if entry else near
        seen = self._seen(picture, pixels, found[0].labels if len(found) == 1 else None)
        fitting = tuple(one for one in near if seen.known and one.labels == seen.labels)
        said = verdict(plate, entry is not None, bool(near), bool(fitting), seen, entry.labels if entry else None)
        if said == UNCLEAR:
            found += fitting
        return Vehicle(item, plate, seen, tuple((one.plate, one.labels) for one in found), said)

    def _plate(self, pixels: NDArray[np.uint8], sure: float) -> Plate | None:
        """Of all candidates the one that reads most surely as a plate."""
        best: Plate | None = None
        for one in candidates(pixels):
            readings = [self.reader.read(picture, sure=sure) for picture in one.pictures()]
            plate = agreed(readings, one.box, sure, self.forms)
            if plate is not None and bare(plate.text) and (best is None or plate.probability > best.probability):
                best = plate
        return best

    def _seen(self, picture: object, pixels: NDArray[np.uint8], registered: tuple[str, ...] | None) -> Seen:
        """Make and model, from pixels as training took them: a file is opened for the model anew."""
        spec = self.shipped.spec
        if isinstance(picture, (str, Path)):
            fitted = picture_for(Path(picture), spec, max_megapixels=self.megapixels).pixels
        else:
            fitted = fit_to(pixels, spec)
        answers = self.shipped.answer(fitted[None])
        together: dict[tuple[str, ...], float] = {}
        for labels, chance in zip(self.combinations, answers.probabilities[0], strict=True):
            together[labels] = together.get(labels, 0.0) + float(chance)
        best = max(together, key=lambda labels: together[labels])
        known = answers.unknown is None or not bool(answers.unknown[0])
        return Seen(self.columns, best, together[best], together.get(registered) if registered else None, known)


def check_vehicles(
    pictures: Sequence[str | Path],
    *,
    plate: str | Path,
    make: str | Path,
    register: str | Path,
    sure: float = SURE,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> tuple[Vehicle, ...]:
    """Check photographs of vehicles against a register: a table with the columns plate, make, model.

    `plate` is a run that learned single characters (`train --symbols`), `make` one that learned make and model from
    photographs. `sure` is the probability from which a character counts as sure. `out` is a table, a row a photograph,
    or an `.html` page that shows each. Of several photographs those that cannot be used are told, and written to
    `<out>.rejected.csv`.
    Raises OptionError, DataError, OutputError, RunError, ModelFileError.
    """
    raise_all([SHARE.problem("--sure", sure), None if pictures else "no picture was named"])
    target = target_of(out, [*pictures, register], force=force)
    checker = Checker(plate, make, register)
    found, used, rejected = each(pictures, lambda one: checker.check(one, sure=sure), on_event)
    if target is not None and target.suffix == PAGE:
        files.write_text(target, vehicle_page.page(found, lambda place: pixels_of(used[place], checker.megapixels)[1]))
    elif target is not None:
        write_table(target, vehicle_words.table(found))
    if target is not None:
        outputs.write_rejected(target, rejected)
    return found
