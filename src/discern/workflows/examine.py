"""`evaluate --leak-price` and its like: questions to a finished run that are answered by refitting its model.

What is refitted learns from the training and the validation part alone; the test part stays closed.
Each answer is kept beside the run and shown in its report, which is written anew.
"""

from __future__ import annotations

from pathlib import Path

from ..core import events
from ..core.events import Listener, silent
from ..data.dataset import Dataset
from ..evaluate.leak_price import LeakPrice
from . import leaks
from .again import finished, keep
from .refits import chosen


def leak_price(run: str | Path, data: Dataset | None = None, *, on_event: Listener = silent) -> LeakPrice:
    """Score a finished run's model with items, copies and groups kept together; `leak_price.json` in the run.

    `data` is needed only where the run learned from arrays. Raises RunError, DataError (the data have changed).
    """
    opened = finished(run, data, on_event)
    events.stage(on_event, "refitting the model under each split")

    def cost(n: int) -> list[int]:
        number = leaks.n_folds(n)
        return [n - n // number] * number * (2 + (opened.data.groups is not None))

    found = chosen(opened, cost, on_event)
    result = leaks.scored(opened.data, found, opened.folder.options().seed)
    result = leaks.completed(result, opened.folder, opened.data, opened.parts)
    keep(opened, {"leak_price": result})
    return result
