"""Any record as a piece of HTML for a notebook: its picture where it has one, then each of its parts by name.

Colours come from the notebook, light or dark; nothing is loaded and nothing runs. Which records have figures stands in
`plotting`.
"""

from __future__ import annotations

import dataclasses
import datetime
import inspect
import itertools
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from ..core.records import Figure
from ..core.views import Record, fields_of, form_of, says_itself
from . import pictures
from .filter_page import number
from .pages import excerpt
from .picture_reasons import larger
from .plotting import figures_of, held_in, key_of
from .visible import shorten, visible

TOLD: Mapping[str, str] = {
    "core.records.Findings": "html.findings_fragment",
    "evaluate.calibration.Calibrated": "calibration_page.sentences",
    "evaluate.cluster_cards.Clusters": "clusters_said.verdict",
    "evaluate.counts.Counts": "counts_text.counts_text",
    "evaluate.evaluation.Evaluation": "html.evaluation_fragment",
    "evaluate.fairness.Fairness": "fairness_page.fairness_sentences",
    "evaluate.forecast_result.ForecastResult": "forecast_said.verdict",
    "evaluate.leak_price.LeakPrice": "leak_page.leak_price_text",
    "evaluate.more_data.MoreData": "more_data_page.more_data_text",
    "evaluate.operating.OperatingPoints": "operating_page.operating_sentences",
    "evaluate.paired.Comparison": "comparison_text.comparison_sentence",
    "evaluate.paired_numbers.NumberComparison": "comparison_text.number_sentence",
    "evaluate.regression.RegressionEvaluation": "html.evaluation_fragment",
    "evaluate.robustness.Robustness": "robustness_page.robustness_sentences",
    "evaluate.slices.Slices": "slices_page.slices_sentences",
    "evaluate.solvable.Solvable": "solvable_page.verdict_sentence",
    "evaluate.suspects.Suspects": "suspects_page.suspects_sentence",
    "evaluate.topic_cards.Topics": "topics_said.verdict",
    "evaluate.topic_comparison.TopicComparison": "topics_compared.sentences",
    "evaluate.unknown.Exam": "exam_page.sentences",
    "evaluate.writing.Writing": "write_page.verdict",
    "explain.contributions.Contributions": "explain_said.answer_sentences",
    "explain.inside_record.Inside": "inside_page.inside_text",
    "explain.picture.PictureExplanation": "picture_reasons.one_text",
    "explain.picture.PicturesExplained": "picture_reasons.whole_text",
    "explain.table.TableExplanation": "explain_said.verdict",
    "explain.words.TextExplanation": "text_reasons.one_text",
    "explain.words.TextsExplained": "text_reasons.whole_text",
    "images.filtered.Filtered": "filter_page.fragment",
    "models.line_fit.LineFit": "line_words.verdict",
    "text.redaction.Redaction": "redact_page.verdict",
}
"""Record -> what says it best, before its parts: sentences, or HTML of its own."""
ROWS = 6
"""Of a table, a list or a mapping so many are shown."""
PICTURES = 12
"""Of many pictures so many."""
SIDE = 8
"""Arrays with no side longer than this are written out as numbers."""
LETTERS, CELL = 28, 3
"""So many of a text that stands in a cell of a table, which is as deep as this."""
RANGED = 10_000_000
"""Larger arrays are not searched for their least and largest value."""
STYLE = Markup(
    "<style>.discern{--ink:currentColor;--soft:currentColor;--rule:rgba(128,128,128,.45);--accent:#21899b;"
    "--second:#c1712d;--bad:#cf4a3f;--paper:#fff;max-width:60em;overflow-wrap:anywhere}"
    ".discern table{border-collapse:collapse;margin:.2em 0}"
    ".discern th,.discern td{padding:.2em .9em .2em 0;text-align:left;vertical-align:top;font-weight:400;"
    "background:none}.discern .rows td{white-space:nowrap}.discern th,.discern small{opacity:.75}"
    ".discern svg{width:100%;height:auto}"
    ".discern dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25em 1.2em;margin:.3em 0}"
    ".discern dd,.discern dt{margin:0;padding:0;font-weight:400;float:none;width:auto}"
    ".discern .wide,.discern .scroll{overflow-x:auto}"
    ".discern img{image-rendering:pixelated;margin:0 .3em .3em 0;max-width:100%;vertical-align:top}"
    ".discern .filter img{max-width:15em}.discern .filter figure{display:inline-block;margin:0 1em .5em 0}"
    ".discern .n,.discern td.n{text-align:right}.discern .n small,.discern th>small{display:block}"
    ".discern caption{text-align:left;opacity:.75}.discern .kernel caption{white-space:nowrap}"
    ".discern summary{cursor:pointer}"
    ".discern h4{margin:.2em 0}.discern p{margin:.2em 0 .5em}</style>"
)


def fragment(record: Record) -> str:
    """The whole view."""
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(record).__name__).capitalize()
    said, parts = _said(record), _parts(record, 0)
    if said:
        parts = Markup("<details><summary>its parts</summary>{}</details>").format(parts)
    view = Markup('<div class="discern">{}<h4>{}</h4>{}{}{}{}</div>')
    return str(view.format(STYLE, title, _purpose(record), said, _drawn(record, "<img" in said), parts))


def _said(record: Any) -> Markup:
    """What a record, or the result in it, comes to: in sentences, or in the HTML that a report has for it."""
    for one in (record, *held_in(record)):
        if (home := TOLD.get(key_of(one))) is None:
            continue
        module, _, name = home.rpartition(".")
        said = getattr(import_module(f"{__package__}.{module}"), name)(one)
        if name.endswith("fragment"):
            return Markup(said)
        lines = said.split("\n") if isinstance(said, str) else said
        return Markup("").join(Markup("<p>{}</p>").format(visible(" ".join(line.split()))) for line in lines if line)
    return Markup("")


def _drawn(record: Any, shown: bool) -> Markup:
    """The first figure of a record, unless it is `shown` already, and the names of all of them. Others of its name may
    stand in the notebook: the identifiers in it must differ."""
    found = figures_of(record)
    if not found:
        return Markup("")
    first = next(iter(found.values()))
    inline = Markup("") if shown else first.inline(f"-{zlib.crc32(first.svg.encode()):08x}")
    names = ", ".join(visible(name) for name in list(found)[:PICTURES])
    told = Markup("<p><small>figures for <code>discern.plot</code>: {}{}</small></p>")
    return Markup("<div>{}</div>").format(inline) + told.format(names, _more(len(found), PICTURES))


def _purpose(record: Record) -> Markup:
    """What the record is, by the first paragraph of its own words, and its line of text where it has one of its own."""
    said = inspect.cleandoc(type(record).__doc__ or "").split("\n\n")[0]
    given = said and not said.startswith(f"{type(record).__name__}(")  # @dataclass writes the names of the fields
    purpose = Markup("<p><small>{}</small></p>").format(_text(said.replace("`", ""))) if given else Markup("")
    own = type(record).__repr__ is not Record.__repr__ and key_of(record) not in TOLD
    return purpose + (Markup("<p>{}</p>").format(_text(repr(record).strip("<>"))) if own else Markup(""))


def _parts(record: Any, depth: int) -> Markup:
    """Each part by its name, as it is reached from Python."""
    one = Markup("<dt><code>{}</code></dt><dd>{}</dd>")
    parts = Markup("").join(one.format(name, _cell(value, depth)) for name, value in fields_of(record))
    return Markup("<dl>{}</dl>").format(parts)


def _table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """A small table; its cells are pieces of HTML already, or made so."""
    head = Markup("<tr>{}</tr>").format(_cells("th", header)) if header else Markup("")
    body = Markup("").join(Markup("<tr>{}</tr>").format(_cells("td", row)) for row in rows)
    kind = Markup(' class="rows"' if header else "")
    return Markup('<div class="wide"><table{}>{}{}</table></div>').format(kind, head, body)


def _cells(tag: str, values: Sequence[object]) -> Markup:
    cells = (value if isinstance(value, Markup) else _text(str(value)) for value in values)
    return Markup("").join(Markup(f"<{tag}>{{}}</{tag}>").format(cell) for cell in cells)


def _text(text: str) -> Markup:
    return escape(visible(excerpt(text)))


def _cell(value: Any, depth: int) -> Markup:
    """Any value: written out where it is small, by its form where it is not."""
    if value is None or (isinstance(value, str) and not value):
        return Markup("–")
    if isinstance(value, Figure):
        return _figure(value)
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if isinstance(value, int | float):
        return escape(f"{value:,}" if isinstance(value, int) else f"{value:,.6g}")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return _text(str(value))
    if isinstance(value, str | Path):
        return _text(str(value)) if depth < CELL else escape(shorten(visible(str(value)), LETTERS))
    if (form := form_of(value)) is not None:
        return _frame(value, form, depth) if hasattr(value, "columns") else _array(value, form)
    if dataclasses.is_dataclass(value):
        return _nested(value, depth)
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, Collection):
        return _several(value, depth)
    return _text(type(value).__name__)


def _figure(figure: Figure) -> Markup:
    told = "" if figure.value is None else f"{figure.n:,} items" if figure.n != 1 else "1 item"
    return Markup('<span title="{}">{} <small>{}</small></span>').format(_text(figure.method), _text(str(figure)), told)


def _nested(record: Any, depth: int) -> Markup:
    """A record in a record: to be unfolded; deeper ones by their line of text."""
    line = str(record) if says_itself(record) else type(record).__name__
    if depth >= 2 or not fields_of(record):
        return _text(line)
    return Markup("<details><summary>{}</summary>{}</details>").format(_text(line), _parts(record, depth + 1))


def _mapping(value: Mapping[Any, Any], depth: int) -> Markup:
    if not value:
        return Markup("–")
    if depth >= CELL:
        return _text(f"{len(value):,} entries")
    rows = [(_text(str(key)), _cell(found, depth + 1)) for key, found in list(value.items())[:ROWS]]
    return _table((), rows) + _more(len(value))


def _several(values: Collection[Any], depth: int) -> Markup:
    """A tuple, list or set: records as a table, the rest in a line."""
    if not values:
        return Markup("–")
    first, more = list(itertools.islice(values, ROWS)), _more(len(values))
    if depth > CELL:
        return _text(f"{len(values):,} of them")
    if all(_pixels(value) is not None for value in first):
        return Markup("").join(map(_picture, itertools.islice(values, PICTURES))) + _more(len(values), PICTURES)
    if dataclasses.is_dataclass(first[0]) and not isinstance(first[0], Figure) and depth < 2:
        names = [name for name, _ in fields_of(first[0])]
        return _table(names, [[_cell(getattr(one, name, None), CELL) for name in names] for one in first]) + more
    if all(isinstance(one, Mapping) and one.keys() == first[0].keys() for one in first):
        return _table(list(first[0]), [[_cell(cell, CELL) for cell in one.values()] for one in first]) + more
    cells = Markup("<br>" if isinstance(first[0], Figure) or _long(first) else ", ").join(
        _cell(value, depth + 1) for value in first
    )
    return cells + more


def _long(values: Sequence[Any]) -> bool:
    return any(isinstance(value, str | Path) and len(str(value)) > LETTERS for value in values)


def _more(n: int, shown: int = ROWS) -> Markup:
    return Markup("<small> and {:,} more</small>").format(n - shown) if n > shown else Markup("")


def _frame(frame: Any, form: str, depth: int) -> Markup:
    """The first rows of a data frame, of Polars or one like it."""
    if depth > 1 or not hasattr(frame, "iter_rows") or not len(frame):
        return _text(form)
    rows = [[_cell(value, CELL) for value in row] for row in frame.head(ROWS).iter_rows()]
    return _table(frame.columns, rows) + _more(frame.height)


def _array(values: Any, form: str) -> Markup:
    """An array: as a picture, as numbers where it is small, and always by its type and shape."""
    told = Markup("<small>{}</small>").format(form.replace(" x ", " × "))
    if not isinstance(values, np.ndarray) or not values.size:
        return told
    if _pixels(values) is not None:
        return _picture(values) + Markup("<br>") + told
    if values.ndim == 4 and _pixels(values[0]) is not None:
        return Markup("").join(_picture(one) for one in values[:PICTURES]) + Markup("<br>") + told
    numeric = values.dtype.kind in "iufb"
    if numeric and values.ndim <= 2 and max(values.shape) <= SIDE:
        rows = [[number(float(one)) for one in row] for row in np.atleast_2d(values).tolist()]
        return _table((), rows) + told
    if not numeric or values.size > RANGED:
        return told
    known = values[np.isfinite(values)]
    if not known.size:
        return told
    return told + Markup("<small>, from {} to {}</small>").format(
        number(float(known.min())), number(float(known.max()))
    )


def _pixels(value: Any) -> np.ndarray[Any, np.dtype[np.uint8]] | None:
    """`(H, W, C)` where the value is a picture."""
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or min(value.shape, default=0) < 1:
        return None
    if value.ndim == 3 and value.shape[2] in (1, 3, 4) and min(value.shape[:2]) > 2:
        return value
    return None


def _picture(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Markup:
    """A picture in the page itself, small ones larger, each pixel a square."""
    return Markup('<img alt="" src="{}">').format(pictures.data_uri(larger(pixels, pictures.LARGEST // 2)))
