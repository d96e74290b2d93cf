"""`doctor`: whether this machine is ready, and what Discern uses of it."""

from __future__ import annotations

import os
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..core import files, threads
from ..core.errors import DiscernError
from ..core.optional import available
from ..core.views import Record
from .reading import versions


@dataclass(frozen=True)
class Fact(Record):
    """One line of the examination. `state` is ok, absent (optional, not installed) or broken."""

    name: str
    value: str
    state: Literal["ok", "absent", "broken"] = "ok"


def doctor() -> tuple[Fact, ...]:
    """Examine the installation. Nothing is installed, changed or asked of the network."""
    found = versions()
    facts = [Fact("python", f"{found['python']} on {platform.system()} {platform.machine()}")]
    facts += [Fact(name, number) for name, number in found.items() if name != "python"]
    if not available("torch"):
        facts.append(
            Fact("torch", "not installed: networks cannot be trained; pip install 'discern-ml[torch]'", "absent")
        )
    facts.append(Fact("threads", f"{threads.budget()} in use of {threads.available()}"))
    facts.append(_memory())
    facts += _training()
    facts += [_writable(Path.cwd(), "working folder"), _writable(Path(tempfile.gettempdir()), "temporary folder")]
    facts.append(_prediction())
    return tuple(facts)


def _memory() -> Fact:
    if not hasattr(os, "sysconf"):
        return Fact("memory", "not known on this system")
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Fact("memory", f"{total / 2**30:.1f} GiB")


def _training() -> tuple[Fact, ...]:
    """Where networks are trained, and with which numbers."""
    if not available("torch"):
        return (Fact("training precision", "none without torch", "absent"),)
    from ..fit import device, precision

    used = device.resolve("auto")
    return (Fact("training on", device.said(used)), Fact("training precision", precision.resolve("auto", used)))


def _writable(folder: Path, name: str) -> Fact:
    try:
        with tempfile.NamedTemporaryFile(prefix=files.TEMPORARY, dir=folder):
            return Fact(name, f"{folder} can be written")
    except OSError as error:
        return Fact(name, f"{folder}: {(error.strerror or str(error)).lower()}", "broken")


def _prediction() -> Fact:
    """Train, save, load and ask the smallest model there is."""
    import numpy as np

    from ..models.majority import Majority
    from ..store import bundle
    from ..store.session import Shipped

    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.discern"
            X = np.zeros((3, 2, 2, 1), dtype=np.uint8)
            bundle.save(path, Majority().fit(X, ["a", "b", "b"]), model="majority", target="label", extra={})
            answer = Shipped(bundle.load(path)).predict(X)[0]
    except (DiscernError, OSError, ValueError) as error:
        return Fact("save, load and predict", str(error), "broken")
    return Fact(
        "save, load and predict",
        "works" if answer == "b" else f"answered {answer!r}",
        "ok" if answer == "b" else "broken",
    )
