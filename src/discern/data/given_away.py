"""A table without the columns that give its target away: set aside before anything else looks at it, and said first."""

from __future__ import annotations

import dataclasses

from ..core.events import Listener, note, silent
from .dataset import Dataset
from .give_aways import give_aways
from .table_notes import TO_LEARN_FROM, to_learn_from
from .table_read import without
from .table_values import few_names

GIVES_AWAY = "it gives the target away: "
"""How the reason of such a column begins in `Dataset.aside`."""
NAMED = 40
"""Most columns that are named in the first sentence."""


def without_give_aways(data: Dataset, *, on_event: Listener = silent) -> Dataset:
    """`data` with `given_away`, and without the columns of it that are sure; those named by `keep` stay.

    Anything but a table with a target comes back as it is.
    """
    columns, options = data.input.columns, data.source.options.table
    if data.labels is None or not columns:
        return data
    target = options.target or "the target"
    found = give_aways(data.values, columns, data.labels, target)
    data = dataclasses.replace(data, given_away=found)
    sure = {one.column: GIVES_AWAY + one.told for one in found if one.sure and one.column not in options.keep}
    if not sure:
        return data
    many = len(sure) > 1
    named = ", ".join(sure) if len(sure) <= NAMED else few_names(list(sure))
    said = (
        f"{len(sure):,} column{'s' if many else ''} {'give' if many else 'gives'} {target} away and "
        f"{'are' if many else 'is'} set aside (--keep COLUMN takes one back): {named}"
    )
    note(on_event, said)
    left = without(data, sure)
    others = (to_learn_from(left.input.columns) if told.startswith(TO_LEARN_FROM) else told for told in left.notes)
    return dataclasses.replace(left, notes=(said, *others))
