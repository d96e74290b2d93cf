"""Every record that a person can get from Python: what public functions return, and what lies in it, by annotations."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any

import discern
from discern import workflows
from discern.store.run_folder import KEPT

KEPT_RECORDS = {
    "calibration": "evaluate.calibration.Calibrated",
    "unknown": "evaluate.unknown.Exam",
    "slices": "evaluate.slices.Slices",
    "fairness": "evaluate.fairness.Fairness",
    "robustness": "evaluate.robustness.Robustness",
    "operating": "evaluate.operating.OperatingPoints",
    "leak_price": "evaluate.leak_price.LeakPrice",
    "solvable": "evaluate.solvable.Solvable",
    "more_data": "evaluate.more_data.MoreData",
    "suspects": "evaluate.suspects.Suspects",
}
"""What `examine` and `inspect` return by name, which no annotation tells."""


def reached() -> dict[type, str]:
    """Record -> the way there from a public function, such as `fit_line.result.kept`."""
    assert set(KEPT_RECORDS) == set(KEPT), "a kept result that is not walked"
    found: dict[type, str] = {}
    for room in (discern, workflows):
        for name in room.__all__:
            public = getattr(room, name)
            if inspect.isfunction(public):
                _visit(_meant(public.__annotations__.get("return"), public.__module__), name, found)
            elif inspect.isclass(public):
                _visit(public, name, found)
    for name, home in KEPT_RECORDS.items():
        module, _, record = home.rpartition(".")
        _visit(getattr(importlib.import_module(f"discern.{module}"), record), f"examine[{name!r}]", found)
    return found


def _visit(meant: Any, way: str, found: dict[type, str]) -> None:
    for part in typing.get_args(meant):
        _visit(part, way, found)
    if not isinstance(meant, type) or not meant.__module__.startswith("discern.") or meant in found:
        return
    if issubclass(meant, Exception):
        return
    if dataclasses.is_dataclass(meant):
        found[meant] = way
    elif way.count(".") > 1:
        return  # the insides of what is no record are nobody's to look at
    for name, said, home in _parts(meant):
        _visit(_meant(said, home), f"{way}.{name}", found)


def _parts(owner: type) -> Iterator[tuple[str, Any, str]]:
    """The public fields, properties and methods of a class: name, annotation, module."""
    for base in owner.__mro__:
        if not base.__module__.startswith("discern."):
            continue
        for name, said in vars(base).get("__annotations__", {}).items():
            if not name.startswith("_"):
                yield name, said, base.__module__
        for name, member in vars(base).items():
            function = getattr(member, "fget", None) or getattr(member, "func", None) or member
            function = getattr(function, "__func__", function)
            if not name.startswith("_") and inspect.isfunction(function):
                yield name, function.__annotations__.get("return"), base.__module__


def _meant(said: Any, module: str) -> Any:
    return typing.get_type_hints(types.SimpleNamespace(__annotations__={"it": said}), dict(_names(module)))["it"]


@functools.cache
def _names(module: str) -> dict[str, Any]:
    """What annotations of a module may name, with what it imports for them alone."""
    loaded = importlib.import_module(module)
    names = dict(vars(loaded))
    for node in ast.parse(inspect.getsource(loaded)).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            space = {"__name__": module, "__package__": loaded.__package__}
            exec(compile(ast.Module(node.body, []), module, "exec"), space)
            names |= space
    return names
