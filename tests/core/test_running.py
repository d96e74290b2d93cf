"""Threads, seeds, the executor and lazy packages: what decides how work runs, never what comes out."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from discern.core import events, seeds, threads
from discern.core.errors import OptionError
from discern.core.executor import AHEAD, Local


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No number of threads is in force, and what the test sets is undone."""
    monkeypatch.setattr(threads, "_budget", None)
    monkeypatch.delenv("DISCERN_THREADS", raising=False)
    for variable in threads.VARIABLES:
        monkeypatch.setenv(variable, os.environ.get(variable, "1"))
    monkeypatch.setattr(threads, "sys", SimpleNamespace(modules={}))  # the test's own libraries keep their threads
    yield


@pytest.mark.usefixtures("budget")
def test_the_budget_is_every_processor_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.budget() == threads.available() >= 1
    monkeypatch.setenv("DISCERN_THREADS", "3")
    assert threads.budget() == 3
    assert threads.set_budget(2) == threads.budget() == 2
    assert {os.environ[variable] for variable in threads.VARIABLES} == {"2"}


@pytest.mark.usefixtures("budget")
@pytest.mark.parametrize("wrong", [0, -1, 1025, 1_000_000_000, "two", 1.5, True, "²", "9" * 5000])
def test_a_wrong_number_of_threads_is_refused(wrong: object) -> None:
    with pytest.raises(OptionError, match=r"--threads is .* expected a whole number from 1 to 1024"):
        threads.set_budget(wrong)  # type: ignore[arg-type]


@pytest.mark.usefixtures("budget")
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCERN_THREADS", "many")
    with pytest.raises(OptionError, match="DISCERN_THREADS is 'many'"):
        threads.budget()


def test_the_budget_reaches_libraries_that_are_loaded() -> None:
    program = (
        "import numpy, scipy.linalg; from discern.core.threads import set_budget; set_budget(1)\n"
        "from threadpoolctl import threadpool_info; print({pool['num_threads'] for pool in threadpool_info()})"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == "{1}"


def test_seeds_are_the_same_everywhere_and_always() -> None:
    assert seeds.derive(0, "epoch", 3) == 251_044_065_527_859_115
    assert seeds.generator(0, "split").integers(0, 1_000_000, 3).tolist() == [117408, 284552, 202071]


def test_each_purpose_has_a_stream_of_its_own() -> None:
    numbers = {seeds.derive(seed, purpose, step) for seed in (0, 1) for purpose in "ab" for step in range(50)}
    assert len(numbers) == 200
    assert all(0 <= number < 2**63 for number in numbers)
    assert np.array_equal(seeds.generator(7, "a").random(5), seeds.generator(7, "a").random(5))


def test_results_come_in_order_whatever_finishes_first() -> None:
    def slow_when_even(number: int) -> int:
        time.sleep(0.002 if number % 2 == 0 else 0)
        return number * number

    assert list(Local().map(slow_when_even, range(40))) == [number * number for number in range(40)]


def test_an_endless_stream_is_taken_a_few_at_a_time() -> None:
    taken: list[int] = []

    def stream() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield number

    results = Local().map(str, stream())
    assert [next(results) for _ in range(3)] == ["0", "1", "2"]
    assert len(taken) <= 3 + AHEAD * threads.budget()
    results.close()  # type: ignore[attr-defined]


def test_an_item_that_fails_raises_in_its_place() -> None:
    results = Local().map(lambda number: 1 / number, [1, 2, 0, 4])
    assert [next(results), next(results)] == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_work_is_shared_by_as_many_threads_as_the_budget_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_budget", 2)
    together = threading.Barrier(2, timeout=10)
    assert sorted(Local().map(lambda _: together.wait(), range(2))) == [0, 1]


def test_events_tell_a_listener_what_happened() -> None:
    heard: list[events.Event] = []
    events.stage(heard.append, "read")
    events.steps(heard.append, "pictures", 3, 10)
    events.note(heard.append, "a plain sentence")
    assert [event.name for event in heard] == ["stage", "steps", "note"]
    assert dict(heard[1].facts) == {"what": "pictures", "done": 3, "of": 10}
    events.silent(heard[0])


@pytest.fixture
def lazy_package(tmp_path: Path) -> Path:
    """A package whose public name `audit` is spelt like one of its rooms."""
    package = tmp_path / "lazypkg"
    (package / "audit").mkdir(parents=True)
    (package / "__init__.py").write_text(
        textwrap.dedent("""
            from discern.core.lazy import attach
            __getattr__, __dir__ = attach(__name__, {"audit": "verbs", "other": "verbs"})
        """)
    )
    (package / "audit" / "__init__.py").write_text("CHECKS = ('x',)")
    (package / "verbs.py").write_text("from .audit import CHECKS\ndef audit(): return CHECKS\ndef other(): return 1\n")
    return tmp_path


@pytest.mark.parametrize(
    "program",
    [
        "import lazypkg; print(lazypkg.audit()[0])",
        "import lazypkg.audit; print(lazypkg.audit()[0])",
        "import lazypkg.audit, lazypkg; lazypkg.audit(); from lazypkg.audit import CHECKS; print(CHECKS[0])",
        "import lazypkg; lazypkg.audit(); import lazypkg.audit; print(lazypkg.audit()[0])",
        "from lazypkg import audit; print(audit()[0])",
    ],
)
def test_a_public_name_wins_over_a_room_of_the_same_name(lazy_package: Path, program: str) -> None:
    run = subprocess.run([sys.executable, "-c", program], cwd=lazy_package, capture_output=True, text=True, check=False)
    assert run.stdout == "x\n", run.stderr


def test_nothing_is_imported_before_its_name_is_used(lazy_package: Path) -> None:
    program = (
        "import sys, lazypkg; assert 'lazypkg.verbs' not in sys.modules; print(dir(lazypkg))\n"
        "try: lazypkg.missing\n"
        "except AttributeError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=lazy_package, capture_output=True, text=True, check=True)
    assert run.stdout == "['audit', 'other']\nmodule 'lazypkg' has no attribute 'missing'\n"
