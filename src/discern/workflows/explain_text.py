"""`explain` for texts: what each word of a text adds to its answer, and the telling words of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..core.errors import DataError, describe
from ..core.events import Listener, stage
from ..core.options import TextOptions, suggest
from ..data.dataset import Dataset
from ..data.scan import TEXT_ENDING, shown
from ..data.texts import read_texts
from ..explain.words import TextExplanation, TextsExplained, word_effects
from ..models.scorer import Scorer
from ..report import text_reasons
from ..store.bundle import Bundle
from ..store.run_folder import RunFolder
from ..store.session import Shipped
from . import explain_folder

TELLING, OTHERS = 20, 4


def whole(
    run: str | Path, loaded: Bundle, source: str | Path | Dataset | None, folder: Path | None, on_event: Listener
) -> TextsExplained:
    """The words that speak most for each class."""
    scorer = _scorer(run, loaded)
    classes = tuple((str(label), words) for label, words in zip(loaded.classes, scorer.telling(TELLING), strict=True))
    notes = ("of words alone; runs of letters count beside them",) if len(scorer.looking.runs) else ()
    result = TextsExplained(str(run), classes, notes)
    if folder is not None:
        explain_folder.write(folder, text_reasons.beside_whole(result), result.to_json())
    return result


def one(
    run: str | Path,
    loaded: Bundle,
    source: str | Path | Dataset | None,
    item: str,
    folder: Path | None,
    on_event: Listener,
) -> TextExplanation:
    """Why one text gets its answer: an `item` of a table or folder of texts, or of the run's data."""
    loaded_scorer = _scorer(run, loaded)
    text = _text(run, source, item, on_event)
    shipped = Shipped(loaded)
    stage(on_event, "leaving out each word")
    chances = shipped.predict_proba(np.array([text], dtype=object))[0]
    order = np.argsort(-chances, kind="stable")
    label = int(order[0])
    words = word_effects(lambda texts: loaded_scorer.answer(texts)[0], text, label)
    others = tuple((str(shipped.classes[place]), float(chances[place])) for place in order[1 : 1 + OTHERS])
    notes = () if words else ("the text has no words, so the answer says how frequent the classes are",)
    answer, probability = str(shipped.classes[label]), float(chances[label])
    result = TextExplanation(item, str(run), text, answer, probability, others, words, notes)
    if folder is not None:
        explain_folder.write(folder, text_reasons.beside_one(result), result.to_json())
    return result


def _scorer(run: str | Path, loaded: Bundle) -> Scorer:
    if loaded.model == "majority":
        raise DataError(describe(str(run), found="a model that gives every text the same answer", do="train another"))
    return loaded.scorer()


def _text(run: str | Path, source: str | Path | Dataset | None, item: str, on_event: Listener) -> str:
    if isinstance(source, (str, Path)):
        texts = read_texts(source, _reading(run, Path(source)), on_event=on_event)
        names, values, where = texts.items.to_list(), texts.texts.to_list(), shown(str(source))
    else:
        data = explain_folder.open_run(run, source, on_event).data
        names, values, where = data.items["item"].to_list(), data.values.tolist(), data.name
    if item not in names:
        found = f"no item {item!r} among {len(names):,}{suggest(item, names)}"
        raise DataError(describe(where, found=found, expected="one such as " + repr(names[0]) if names else "texts"))
    return str(values[names.index(item)])


def _reading(run: str | Path, source: Path) -> TextOptions:
    """How a run's folder says that texts are read; of .txt files, which have no columns, the encoding alone."""
    if not Path(run).is_dir():
        return TextOptions()
    own = RunFolder(Path(run)).reading().texts
    plain = source.is_dir() or (source.suffix.lower() == TEXT_ENDING and not own.columns)
    return TextOptions(encoding=own.encoding) if plain else own
