"""Options of `discern table clusters` as one record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import OptionError
from .options import SEED, Interval, one_of

METHODS = ("kmeans", "mixture", "hierarchical", "hdbscan")
MOST_GROUPS = 100
NUMBER = Interval(2, MOST_GROUPS, whole=True)


@dataclass(frozen=True)
class ClusterOptions:
    """How groups are looked for."""

    n_groups: int | None = None
    """None: chosen, and it may be that no groups are shown."""
    method: str = "auto"
    """One of `METHODS`; auto: k-means, and a mixture where k-means shows no groups."""
    columns: tuple[str, ...] = ()
    """Of a table: the columns that groups are made from; empty for all that can be used."""
    seed: int = 0

    def problems(self) -> list[str | None]:
        own = self.method == "hdbscan" and self.n_groups is not None
        twice = next((name for name in self.columns if self.columns.count(name) > 1), None)
        return [
            None if self.n_groups is None else NUMBER.problem("--groups", self.n_groups),
            one_of("--method", self.method, ("auto", *METHODS)),
            "--groups goes with another --method; hdbscan finds their number by itself" if own else None,
            None if twice is None else f"--columns names {twice!r} twice; expected each column once",
            SEED.problem("--seed", self.seed),
        ]


def parse_names(given: Iterable[str]) -> dict[str, str]:
    """Group -> name, from texts such as `2=large out of town`. Raises OptionError."""
    found: dict[str, str] = {}
    for text in given:
        number, sign, name = text.partition("=")
        number = number.strip()
        if not sign or not (number.isascii() and number.isdigit() and len(number) < 10):
            raise OptionError(
                f"--name is {text[:60]!r}; expected the number of a group, = and its name, such as 2=small"
            )
        if str(int(number)) in found:
            raise OptionError(f"--name names group {int(number)} twice; expected each group once")
        found[str(int(number))] = name.strip()
    return found
