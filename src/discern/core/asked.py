"""What else may be asked about a test part when it is measured, as one record of options."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import OptionError
from .options import Interval


@dataclass(frozen=True)
class InspectOptions:
    """What is asked beside the figures."""

    slices: tuple[str, ...] = ()
    """Columns to give figures by."""
    nonsense: tuple[str, ...] = ()
    """Folders of items that belong to no class."""
    held_out: tuple[str, ...] = ()
    """Classes that the model is fitted again without, each by itself."""
    robustness: bool = False
    """How the figures fall while pictures are distorted."""
    of: str | None = None
    """The label whose operating point is looked for; None for the rarer one of two."""
    costs: tuple[float, float] | None = None
    """What a miss costs, and what a false alarm; None for equal costs."""
    prevalence: float | None = None
    """The share of items of that label in the real world; None for that of the test part."""

    @property
    def operating(self) -> bool:
        """Whether an operating point is asked for."""
        return self.of is not None or self.costs is not None or self.prevalence is not None

    def problems(self) -> list[str | None]:
        twice = sorted({name for name in self.slices if self.slices.count(name) > 1})
        held_twice = sorted({label for label in self.held_out if self.held_out.count(label) > 1})
        share = Interval(0, 1, open_low=True, open_high=True)
        return [
            *(f"--slice {name} was given twice; expected each column once" for name in twice),
            *(f"--hold-out {label} was given twice; expected each class once" for label in held_twice),
            *(COST.problem("--costs", cost) for cost in self.costs or ()),
            "--costs are both 0; expected a miss or a false alarm to cost something" if self.costs == (0, 0) else None,
            None if self.prevalence is None else share.problem("--prevalence", self.prevalence),
        ]

    def __bool__(self) -> bool:
        """Whether anything is asked at all."""
        return self != InspectOptions()


COST = Interval(0, 1e12)


def parse_costs(text: str) -> tuple[float, float]:
    """What a miss and a false alarm cost, from `20,1`. Raises OptionError."""
    try:
        costs = tuple(float(part) for part in text.split(","))
    except ValueError:
        costs = ()
    if len(costs) != 2:
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise OptionError(f"--costs is {shown!r}; expected MISS,FALSE_ALARM, such as 20,1")
    return costs[0], costs[1]
