"""`discern image read`: a line or a page of separate characters as text, with what is sure and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ..core import files
from ..core.errors import DataError, OptionError, UnreadableItem
from ..core.events import Listener, silent
from ..core.options import SHARE, raise_all
from ..data.tables_out import write_table
from ..evaluate.reading import MOSTLY, SURE, UNKNOWN, ReadCharacter, Reading
from ..images.characters import Page, cut, text_of
from ..images.fit import fit_to
from ..images.symbols import placed
from ..report import read_page
from ..store import bundle, outputs
from ..store.run_folder import megapixels_of, model_path
from ..store.session import Shipped
from .several_pictures import PAGE, each, pixels_of, target_of

OTHERS = 2
"""Of the next likeliest labels so many are told."""
AT_ONCE = 512
LONGEST_LABEL = 2
"""Letters of the shortest label, at most: where all are longer, they are words, and no characters."""


class Reader:
    """A model of single characters that reads pages; loaded once, used for many pictures."""

    def __init__(self, run: str | Path) -> None:
        """Raises RunError, ModelFileError; OptionError for a model that is not of pictures of characters."""
        loaded = bundle.load(model_path(run))
        if loaded.spec.kind != "pictures" or loaded.task == "regression":
            raise OptionError(f"{run}: it takes {loaded.spec}; reading needs a model of pictures, one character each")
        self.shipped = Shipped(loaded)
        self.megapixels = megapixels_of(run)

    def read(self, picture: str | Path | ArrayLike, *, sure: float = SURE) -> Reading:
        """A picture file, or pixels `(H, W)` or `(H, W, C)` from 0 to 255, as text. Raises DataError."""
        item, pixels = pixels_of(picture, self.megapixels)
        try:
            page = cut(pixels)
        except UnreadableItem as error:
            raise DataError(f"{item}: {error.reason}") from error
        size = (page.upright.shape[0], page.upright.shape[1])
        if not page.characters:
            return Reading(
                item, "", page.tilt, size, (), ("no character was found: the picture is blank, or too faint",)
            )
        characters = self._recognised(page, sure)
        return Reading(
            item, text_of([one.label for one in characters], page), page.tilt, size, characters, _notes(characters)
        )

    def _recognised(self, page: Page, sure: float) -> tuple[ReadCharacter, ...]:
        height, width = self.shipped.spec.shape[:2]
        found: list[ReadCharacter] = []
        for start in range(0, len(page.characters), AT_ONCE):
            some = page.characters[start : start + AT_ONCE]
            symbols = [placed(one.ink, height, width)[:, :, None] for one in some]
            answers = self.shipped.answer(np.stack([fit_to(one, self.shipped.spec) for one in symbols]))
            known = np.ones(len(some), bool) if answers.unknown is None else ~np.asarray(answers.unknown, bool)
            for one, chances, is_known in zip(some, answers.probabilities, known, strict=True):
                order = np.argsort(-chances, kind="stable")[: OTHERS + 1]
                labels = [(str(self.shipped.classes[place]), float(chances[place])) for place in order]
                label, chance = labels[0]
                certain = bool(is_known) and chance >= sure
                others = tuple(labels[1:] if is_known else labels)
                found.append(ReadCharacter(label if is_known else UNKNOWN, chance, certain, others, one.line, one.box))
        return tuple(found)


def read_characters(
    run: str | Path,
    pictures: Sequence[str | Path],
    *,
    sure: float = SURE,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> tuple[Reading, ...]:
    """Read pictures with a model of single characters, such as one of MNIST's digits or of a folder a letter.

    A page is set upright and cut into lines and characters; each is scaled and centred as MNIST's digits are, and
    recognised. `sure` is the probability from which an answer counts as sure. `out` is a table (a row a character), or
    an `.html` page with what was read beside the picture. Of several pictures those that cannot be used are told, and
    written to `<out>.rejected.csv`. Raises OptionError, DataError, OutputError, RunError,
    ModelFileError.
    """
    raise_all([SHARE.problem("--sure", sure), None if pictures else "no picture was named"])
    target = target_of(out, pictures, force=force)
    reader = Reader(run)
    labels = [str(one) for one in reader.shipped.classes]
    if min(map(len, labels), default=0) > LONGEST_LABEL:
        raise OptionError(
            f"{run}: it tells {labels[0]!r} and {len(labels) - 1:,} others apart; reading needs a model of single "
            f"characters (discern sample letters, train --symbols)"
        )
    found, used, rejected = each(pictures, lambda one: reader.read(one, sure=sure), on_event)
    if target is not None and target.suffix == PAGE:
        upright = [cut(pixels_of(one, reader.megapixels)[1]).upright for one in used]
        files.write_text(target, read_page.page(found, upright))
    elif target is not None:
        write_table(target, read_page.table(found))
    if target is not None:
        outputs.write_rejected(target, rejected)
    return found


def _notes(characters: tuple[ReadCharacter, ...]) -> tuple[str, ...]:
    unsure = sum(not one.sure for one in characters) / len(characters)
    if unsure > MOSTLY:
        return (
            f"{100 * unsure:.0f} % of the marks are like nothing that was learned: is this a text in this alphabet?",
        )
    return ()
