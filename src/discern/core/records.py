"""The small frozen records that more than one room hands on: figures, findings and pieces of evaluation."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import DataError, describe
from .views import Record

Severity = Literal["serious", "warning", "note"]
Status = Literal["passed", "found", "skipped", "not applicable"]
SEVERITIES: tuple[Severity, ...] = ("serious", "warning", "note")

ITEMS_NAMED = 20
"""A finding names this many items in JSON and reports; `count` holds the full number."""


@dataclass(frozen=True)
class Figure(Record):
    """A measured number with its interval: the only form in which one appears in a result.

    `low` and `high` bound the 95 % interval, `n` is the number of items behind the figure, `method` says how the
    interval was made. A figure that cannot be computed has `value` None and `method` says why.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str

    def to_json(self) -> dict[str, Any]:
        return {
            "value": _finite(self.value),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "n": self.n,
            "method": self.method,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Figure:
        return cls(record["value"], record["low"], record["high"], record["n"], record["method"])

    def __str__(self) -> str:
        if self.value is None:
            return f"not computed ({self.method})"
        if self.low is None or self.high is None:
            return f"{self.value:.4f}"
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


def as_json(value: Any) -> Any:
    """A record as JSON: by the names of its fields, with figures in their own form and tuples as lists."""
    if isinstance(value, Figure):
        return value.to_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [as_json(one) for one in value] if isinstance(value, tuple) else value


ColumnKind = Literal["number", "category", "date"]


@dataclass(frozen=True)
class Column(Record):
    """A column of a table that a model looks at, and how its cells become numbers."""

    name: str
    kind: ColumnKind
    categories: tuple[str, ...] = ()
    """Of a category: its values, sorted by code point; a cell becomes its position here."""
    form: str = ""
    """How numbers or dates were written, such as `percent`, `decimal comma`, `day/month/year`; empty for plain."""
    missing: tuple[str, ...] = ()
    """What stands for a missing value here, beside the usual marks."""

    def to_json(self) -> dict[str, Any]:
        record: dict[str, Any] = {"name": self.name, "kind": self.kind}
        lists = {name: list(found) for name in ("categories", "missing") if (found := getattr(self, name))}
        return record | lists | ({"form": self.form} if self.form else {})

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Column:
        lists = {name: tuple(record.get(name, ())) for name in ("categories", "missing")}
        return cls(record["name"], record["kind"], form=record.get("form", ""), **lists)


@dataclass(frozen=True)
class InputSpec(Record):
    """What a model takes: the one agreement between training, prediction and every other door.

    `kind` is `pictures` (`shape` is height, width, channels), `table` (`shape` is the number of features) or `texts`
    (`shape` is empty); `dtype` is `uint8`, `float32`, `float64` (a table with `columns`) or `text`. The rest says how a
    picture gets to that shape, in this order: `crop` (shares cut away at left, top, right, bottom), channels, size
    (stretched, or with `keep_aspect` and filled up), `binary`; with `symbols` a drawn symbol is cut out, scaled and
    centred instead (`images.symbols`).
    """

    kind: Literal["pictures", "table", "texts"]
    shape: tuple[int, ...]
    dtype: Literal["uint8", "float32", "float64", "text"]
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    keep_aspect: bool = False
    binary: bool = False
    columns: tuple[Column, ...] = ()
    """Of a table read from a file: its features in their order. Prediction finds them by name."""
    symbols: bool = False
    """Each picture is one drawn symbol, brought to one size and place, light on black."""

    @property
    def plain(self) -> InputSpec:
        """The form of the values alone, without how pictures get there."""
        return InputSpec(self.kind, self.shape, self.dtype, columns=self.columns)

    @property
    def n_values(self) -> int:
        return math.prod(self.shape)

    def to_json(self) -> dict[str, Any]:
        """What differs from the plain form is written only then, so that plain records stay as they always were."""
        record: dict[str, Any] = {"kind": self.kind, "shape": list(self.shape), "dtype": self.dtype}
        if any(self.crop):
            record["crop"] = list(self.crop)
        if self.columns:
            record["columns"] = [column.to_json() for column in self.columns]
        return record | {name: True for name in ("keep_aspect", "binary", "symbols") if getattr(self, name)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> InputSpec:
        fields = {**record, "shape": tuple(record["shape"]), "crop": tuple(record.get("crop", (0.0, 0.0, 0.0, 0.0)))}
        fields["columns"] = tuple(map(Column.from_json, record.get("columns", ())))
        return cls(**fields)

    def __str__(self) -> str:
        if self.kind == "texts":
            return "texts"
        size = "x".join(map(str, self.shape))
        if self.columns:
            return f"{size} column{'s' if len(self.columns) > 1 else ''} a row"
        if self.kind == "table":
            return f"{size} numbers an item"
        left, top, right, bottom = (f"{share:.3g}" for share in self.crop)
        cut = f"cut by {left} left, {top} top, {right} right, {bottom} bottom"
        ways = [
            cut if any(self.crop) else "",
            "proportions kept" if self.keep_aspect else "",
            "black and white" if self.binary else "",
            "a drawn symbol, scaled and centred" if self.symbols else "",
        ]
        return "; ".join([f"pictures of {size} (height x width x channels)", *filter(None, ways)])


@dataclass(frozen=True)
class Finding(Record):
    """One thing that an audit found: what, how bad, where, and what to do about it."""

    code: str
    """Stable, such as `D101`; the docs page is `docs/findings/<code>.md`."""
    title: str
    severity: Severity
    items: tuple[str, ...]
    """Names of the items concerned; the first ones when there are many."""
    count: int
    what_to_do: str
    detail: str = ""

    @property
    def page(self) -> str:
        return f"docs/findings/{self.code}.md"

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "title": self.title,
            "severity": self.severity,
            "items": list(self.items[:ITEMS_NAMED]),
            "count": self.count,
            "what_to_do": self.what_to_do,
            "detail": self.detail,
            "page": self.page,
        }


@dataclass(frozen=True)
class CheckResult(Record):
    """What one audit check came to. Passed, found, skipped and not applicable are four things."""

    code: str
    name: str
    status: Status
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    """Why the check was skipped or does not apply."""

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "status": self.status,
            "reason": self.reason,
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, repr=False)
class Findings(Record):
    """Everything an audit came to, worst first, with the facts that it counted."""

    checks: tuple[CheckResult, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Plain counts and sizes for the top of the audit: items, classes, picture sizes."""

    def __iter__(self) -> Iterator[Finding]:
        found = [finding for check in self.checks for finding in check.findings]
        return iter(sorted(found, key=lambda finding: (SEVERITIES.index(finding.severity), finding.code)))

    def __len__(self) -> int:
        return sum(len(check.findings) for check in self.checks)

    def __repr__(self) -> str:
        found = ", ".join(f"{finding.code} {finding.title}" for finding in self)
        return f"<Findings: {len(self)} from {len(self.checks)} checks{': ' + found if found else ''}>"

    def without_items(self) -> Findings:
        """The same without the names of the items concerned."""
        checks = (
            dataclasses.replace(check, findings=tuple(dataclasses.replace(one, items=()) for one in check.findings))
            for check in self.checks
        )
        return Findings(tuple(checks), self.facts)

    @property
    def serious(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self if finding.severity == "serious")

    def to_json(self) -> dict[str, Any]:
        return {"schema": 1, "facts": dict(self.facts), "checks": [check.to_json() for check in self.checks]}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Findings:
        checks = tuple(
            CheckResult(
                check["code"],
                check["name"],
                check["status"],
                tuple(
                    Finding(
                        **{
                            **{f.name: finding[f.name] for f in dataclasses.fields(Finding)},
                            "items": tuple(finding["items"]),
                        }
                    )
                    for finding in check["findings"]
                ),
                check["reason"],
            )
            for check in record["checks"]
        )
        return cls(checks, dict(record["facts"]))


@contextlib.contextmanager
def checked(what: str, record: Mapping[str, Any], schema: int) -> Iterator[None]:
    """Around the reading of a JSON record: DataError when it is of another schema, or lacks something."""
    if record.get("schema") != schema:
        found = f"schema {record.get('schema')!r}"
        raise DataError(describe(what, found=found, expected=str(schema), do="update Discern"))
    try:
        yield
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(describe(what, found=f"an incomplete record ({error!r})")) from error


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
