"""Every record that a person gets from Python shows itself: in a notebook safely, and as short plain text."""

from __future__ import annotations

import dataclasses
import datetime
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes

import discern
from contract.records import reached
from contract.shown import EVIL, MAKERS, built
from discern.core.errors import OptionError
from discern.core.records import Figure
from discern.core.views import LONGEST, Record, fields_of, form_of
from discern.report import notebook, plotting
from report.builders import plain

RECORDS = sorted(reached(), key=lambda record: (record.__module__, record.__name__))
VOID = {"br", "img", "path", "use", "rect", "image", "circle", "line"}
ADDRESSES = {"src", "href", "xlink:href", "srcset", "data", "poster", "action", "background"}
VALUES: dict[str, Any] = {
    "text": EVIL * 500,
    "texts": (EVIL,) * 500,
    "mapping": {f"{EVIL}{i}": {EVIL: EVIL} for i in range(1_000)},
    "array": np.zeros((1_234, 56)),
    "many-sided": np.zeros((3, 0, 7), np.float32),
    "objects": np.array([EVIL] * 40, dtype=object),
    "pictures": np.zeros((3, 5, 5, 3), np.uint8),
    "frame": pl.DataFrame({EVIL: [EVIL, None]}),
    "figure": {EVIL: Figure(None, None, None, 0, EVIL)},
    "numbers": (float("nan"), float("inf"), -1, 10**30, True, None),
}


class Outline(HTMLParser):
    """Complains about what does not close, and about everything that runs or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "iframe", "object", "embed", "link", "base", "form", "input"), tag
        for name, value in attrs:
            assert not name.startswith("on"), attrs
            assert name not in ADDRESSES or (value or "").startswith(("data:image/", "#")), attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def checked(record: Any) -> Outline:
    """The view of a record, after everything that holds of any view."""
    text = record._repr_html_()
    assert not re.search(r"@import|url\((?!#)", text)
    assert "http" not in re.sub(r"data:image/png;base64,[^\"]*", "", text)
    assert not re.search("[\x00-\x08\u202a-\u202e\u200b-\u200f]", text), "a hidden character"
    assert len(text) < 400_000
    return Outline(text)


def within(value: Any, depth: int = 0) -> Iterator[Record]:
    """A record and the records in it."""
    if isinstance(value, Record) and depth < 6:
        yield value
        for _, part in fields_of(value):
            yield from within(part, depth + 1)
    elif isinstance(value, dict):
        for part in list(value.values())[:3]:
            yield from within(part, depth + 1)
    elif isinstance(value, tuple | list):
        for part in value[:3]:
            yield from within(part, depth + 1)


@pytest.fixture(scope="module", params=MAKERS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return MAKERS[request.param](tmp_path_factory.mktemp("made"))


def test_public_functions_lead_to_the_records_that_everybody_knows() -> None:
    names = {record.__name__ for record in RECORDS}
    assert {"Dataset", "Evaluation", "Filtered", "ForecastResult", "Inside", "LineFit", "Located", "Topics"} <= names
    assert len(RECORDS) >= 190


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.__module__[8:]}.{record.__name__}")
def test_every_record_is_shown_whatever_is_in_it(record: type[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    """With hostile, huge and odd values in all fields, whatever their types: the general view and the plain text."""
    assert issubclass(record, Record), f"{record} is reached from Python: let it be a Record"
    monkeypatch.setattr(notebook, "TOLD", {})
    monkeypatch.setattr(plotting, "FIGURES", {})
    monkeypatch.setattr(plotting, "HELD", ())
    monkeypatch.setattr(record, "__repr__", Record.__repr__)  # a line of its own says real values only
    for value in VALUES.values():
        one = object.__new__(record)
        for field in dataclasses.fields(record):
            object.__setattr__(one, field.name, value)
        if record.__str__ is object.__str__ and "_repr_html_" not in vars(record):
            checked(one)
        text = repr(one)
        assert len(text) <= LONGEST and text.isprintable()
        assert text.startswith(f"{record.__name__}(") and text.endswith(")")


def test_real_records_are_shown_with_their_arrays_named(made: dict[str, Any]) -> None:
    """As they come from work on hostile names, labels and words, with what reports say and draw of them."""
    seen = 0
    for name, outer in made.items():
        for record in within(outer):
            seen += 1
            outline, said = checked(record), repr(record)
            assert len(said) <= LONGEST and "\n" not in said, name
            for field, value in fields_of(record):
                form = form_of(value)
                if form is None or not isinstance(value, np.ndarray):
                    continue
                if type(record).__repr__ is Record.__repr__:
                    assert f"{field}=<{form}>" in said, name
                if "_repr_html_" not in vars(type(record)):
                    assert form.replace(" x ", " × ") in outline.text, name
    assert seen >= len(made) - 1


def test_every_figure_of_a_record_is_drawn_into_axes_that_one_gives(made: dict[str, Any]) -> None:
    names = 0
    before = dict(mpl.rcParams)
    for record in made.values():
        for what in list(plotting.figures_of(record))[:6]:
            ax = mpl.figure.Figure().add_subplot()
            assert discern.plot(record, what, ax) is ax
            assert ax.has_data() or ax.patches or ax.texts, what
            names += 1
    assert names >= (1 if "words" in made or "line" in made else 3)
    assert dict(mpl.rcParams) == before, "one's own settings are left as they were"


def test_axes_can_be_restyled_and_a_figure_of_its_own_is_one_of_pyplot() -> None:
    from matplotlib import pyplot

    ax = discern.plot(plain().evaluation, "per_class")
    assert isinstance(ax, Axes) and pyplot.gcf() is ax.figure
    ax.set_title("My title")
    ax.figure.savefig(out := io.BytesIO())
    assert out.getvalue()[:4] == b"\x89PNG"
    pyplot.close("all")


def test_what_cannot_be_drawn_is_said_in_words() -> None:
    evaluation = built()["evaluation"]
    with pytest.raises(OptionError, match=r"'confusoin'.*confusion, per_class.*did you mean"):
        discern.plot(evaluation, "confusoin")
    with pytest.raises(OptionError, match="CheckResult"):
        discern.plot(built()["findings"].checks[0])


def test_a_view_is_the_same_each_time_and_two_in_a_notebook_do_not_share_identifiers() -> None:
    one = built()["evaluation"]
    assert one._repr_html_() == dataclasses.replace(one)._repr_html_()
    ids = [set(re.findall(r'id="([^"]+)"', built()[name]._repr_html_())) for name in ("evaluation", "training")]
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_an_own_line_of_text_is_kept() -> None:
    @dataclasses.dataclass(frozen=True)
    class Own(Record):
        part: int

        def __repr__(self) -> str:
            return "own"

    @dataclasses.dataclass(frozen=True)
    class Below(Own):
        more: int = 2

    assert repr(Own(1)) == repr(Below(1)) == "own"


def test_a_notebook_shows_records_by_their_view_and_a_terminal_by_their_text() -> None:
    """As IPython's display formatter asks: for the method on the type, behind a name that nothing should have."""
    code = (
        "import json, numpy, discern.workflows as w\n"
        "found = w.filter_picture(numpy.eye(6) * 255)\n"
        "assert not hasattr(found, '_ipython_canary_method_should_not_exist_')\n"
        "try:\n"
        "    from IPython.core.interactiveshell import InteractiveShell\n"
        "    data, _ = InteractiveShell.instance().display_formatter.format(found)\n"
        "except ImportError:\n"
        "    data = {'text/plain': repr(found), 'text/html': found._repr_html_()}\n"
        "print(json.dumps({name: data[name][:60] for name in ('text/plain', 'text/html')}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["text/plain"].startswith("<Filtered 'array' by edges")
    assert said["text/html"].startswith('<div class="discern">')


def test_dates_and_times_are_written_out() -> None:
    @dataclasses.dataclass(frozen=True)
    class Holiday(Record):
        begin: datetime.date
        left: datetime.timedelta
        met: tuple[datetime.datetime, ...]

    shown = notebook.fragment(
        Holiday(datetime.date(2026, 1, 2), datetime.timedelta(days=3), (datetime.datetime(2026, 1, 2, 3, 4),))
    )
    assert "2026-01-02" in shown and "3 days" in shown and "2026-01-02 03:04:00" in shown and "datetime" not in shown
