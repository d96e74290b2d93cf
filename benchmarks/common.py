"""What all benchmarks share: timing whole processes, finding data, and printing a claim with its figures."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
DISCERN = (sys.executable, "-m", "discern")
EVERY = 0.02
"""Seconds between two looks at the memory of a process."""


@dataclass(frozen=True)
class Timing:
    """One process from start to end."""

    seconds: float
    """By the clock."""
    processor: float
    """Seconds of all its threads, user and system: hardly depends on what else the machine does."""
    anonymous: int
    """Most bytes of anonymous memory (RssAnon: without files that are mapped); 0 where there is no /proc."""
    output: str


def timed(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Timing:
    """Run a command to its end; stop the benchmark when it fails."""
    surroundings = {**os.environ, **(env or {})}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is not compiled at every start
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings,
    )
    most, ended = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, most, ended))
    watcher.start()
    before = os.times()
    output, errors = process.communicate()
    seconds, after = time.perf_counter() - began, os.times()
    ended.set()
    watcher.join()
    if process.returncode:
        wrong(f"{' '.join(map(str, command))[:200]}\nended with {process.returncode}: {errors[-1000:]}")
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Timing(seconds, processor, most[0], output)


@dataclass(frozen=True)
class Learned:
    """One whole run of `discern train`."""

    timing: Timing
    accuracy: float
    """Of the test part, opened once."""
    n: int
    stages: dict[str, float]
    """Seconds of each stage by the clock, as `run.json` has them."""


def learned(data: Path, run: Path, model: str | None, *options: str, cache: Path | None = None) -> Learned:
    """Train into `run`; with `cache`, pictures are decoded into that folder and not taken from an earlier one."""
    named = () if model is None else ("--model", model)
    env = {} if cache is None else {"DISCERN_CACHE": str(cache)}
    timing = timed([*DISCERN, "train", data, *named, *options, "-o", run], env=env)
    figure = json.loads((run / "evaluation.json").read_text())["figures"]["accuracy"]
    record = json.loads((run / "run.json").read_text())
    return Learned(timing, figure["value"], figure["n"], record["seconds"])


def verdict(what: str, runs: Sequence[Learned]) -> None:
    """What some runs took and reached, and where the time went."""
    show(what, [one.timing for one in runs])
    accuracies = [100 * one.accuracy for one in runs]
    mean = f"mean {statistics.mean(accuracies):.2f} %, " if len(runs) > 1 else ""
    print(f"  {'':28} {mean}{', '.join(f'{one:.2f} %' for one in accuracies)} of {runs[0].n:,} test items")
    stages = {name: statistics.median(one.stages[name] for one in runs) for name in runs[0].stages}
    rest = statistics.median(one.timing.seconds - sum(one.stages.values()) for one in runs)
    print(f"  {'':28} {', '.join(f'{name} {value:.1f}' for name, value in stages.items())}, the rest {rest:.1f} s")


def peer_python() -> Path:
    """The Python of the peers; skips the benchmark when DISCERN_PEERS names none."""
    named = os.environ.get("DISCERN_PEERS")
    if not named:
        skip("DISCERN_PEERS names no Python with what benchmarks/peers/requirements.txt lists")
    return Path(named)


def alternating(sides: Mapping[str, Callable[[], Timing]], repeats: int) -> dict[str, list[Timing]]:
    """Each side in turn, `repeats` times, so that both see the same machine."""
    found: dict[str, list[Timing]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, run in sides.items():
            found[name].append(run())
    return found


def spread(values: Sequence[float], unit: str = "s", digits: int = 2) -> str:
    """Median, lowest and highest."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):,.{digits}f} {unit} ({low:,.{digits}f} to {high:,.{digits}f})"


def claim(text: str) -> None:
    print(f"\nclaim: {text}", flush=True)


def show(what: str, runs: Sequence[Timing], *, items: int = 0) -> None:
    """The figures of some runs of one thing; with `items`, how many a second that is."""
    rate = f"   {spread([items / run.seconds for run in runs], 'a second', 0)}" if items else ""
    print(f"  {what:28} {spread([run.seconds for run in runs])}{rate}")
    print(f"  {'':28} processor {spread([run.processor for run in runs])}, memory {most_memory(runs) / 1e6:,.0f} MB")


def ratio(ours: Sequence[Timing], peer: Sequence[Timing], *, ours_items: int = 1, peer_items: int = 1) -> None:
    """How many times faster ours is, an item, by the clock."""
    one, other = (
        statistics.median(run.seconds for run in runs) / n for runs, n in ((ours, ours_items), (peer, peer_items))
    )
    print(f"  {'ratio':28} {other / one:.1f} times as fast as the peer", flush=True)


def most_memory(runs: Sequence[Timing]) -> int:
    return max(run.anonymous for run in runs)


def machine() -> None:
    """Say which machine the figures are of, and whether it is busy with something else."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    print(f"machine: {cores} cores, {name}{load}; Python {platform.python_version()}", flush=True)


def data(*parts: str) -> Path:
    """A folder of the real data sets: below DISCERN_DATA, or beside the repository; skips the benchmark without it."""
    top = Path(os.environ.get("DISCERN_DATA") or ROOT.parent / "shared" / "data")
    path = top.joinpath(*parts)
    if not path.exists():
        skip(f"{path} is not there; DISCERN_DATA names another folder of data sets")
    return path


def skip(reason: str) -> NoReturn:
    print(f"skipped: {reason}")
    raise SystemExit(0)


def wrong(what: str) -> NoReturn:
    print(f"wrong: {what}", file=sys.stderr)
    raise SystemExit(1)


def check(condition: bool, what: str) -> None:
    """Stop with 1 when an answer is wrong; slowness is no mistake."""
    if not condition:
        wrong(what)


def _watch(pid: int, most: list[int], ended: threading.Event) -> None:
    status = Path(f"/proc/{pid}/status")
    while not ended.wait(EVERY):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            return
        for line in lines:
            if line.startswith("RssAnon:"):
                most[0] = max(most[0], int(line.split()[1]) * 1024)
