"""The tree of errors is what its drawing says, and messages are made of the same parts."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from discern.core import errors
from discern.core.errors import DiscernError, OptionError, OutputError, UnreadableItem, describe
from discern.core.optional import available, require


def test_every_error_is_drawn_at_the_top_of_the_file() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DiscernError)]
    assert len(kinds) > 5
    for kind in kinds:
        assert kind.__name__ in (errors.__doc__ or "")
        assert kind.exit_code == 2


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.OptionError, ValueError),
        (errors.DataError, ValueError),
        (errors.ModelFileError, ValueError),
        (errors.OutputError, OSError),
        (errors.MissingDependency, ImportError),
    ],
)
def test_errors_are_caught_by_their_usual_names_too(kind: type[DiscernError], builtin: type[Exception]) -> None:
    with pytest.raises(builtin, match="what happened"):
        raise kind("what happened")


def test_a_message_is_put_together_from_its_parts() -> None:
    assert describe("a.png") == "a.png"
    assert describe("a.png", found="empty") == "a.png: empty"
    assert describe("a.png", found="8 bytes", expected="a picture", do="remove it") == (
        "a.png: 8 bytes; expected a picture; remove it"
    )


def test_all_problems_stand_in_one_option_error() -> None:
    error = OptionError(["one", "two"])
    assert error.problems == ("one", "two")
    assert str(error) == "one; two"


def test_an_output_error_shows_its_message_alone() -> None:
    assert str(OutputError("out.csv: no room")) == "out.csv: no room"


def test_an_unreadable_item_keeps_its_reason() -> None:
    assert UnreadableItem("half a file").reason == "half a file"


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "geopandas", None)
    assert not available("geopandas")
    with pytest.raises(errors.MissingDependency) as caught:
        require("geopandas", needed_for="a map")
    assert "a map needs geopandas" in str(caught.value)
    assert "discern-ml[geo]" in str(caught.value)


def test_a_broken_library_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halfinstalled.py").write_text("import something_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(errors.MissingDependency, match=r"cannot be loaded here.*something_that_is_not_there"):
        require("halfinstalled", needed_for="a test")


def test_an_installed_library_is_handed_over() -> None:
    assert available("json")
    assert require("json", needed_for="a test").__name__ == "json"


def test_a_module_of_ours_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "needs_torch.py").write_text("import torch")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(errors.MissingDependency, match=r"a look needs torch, which is not installed; .*\[torch\]"):
        require("needs_torch", needed_for="a look")
