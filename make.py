"""The project's chores, with nothing but Python: `python make.py demo`, `python make.py test`, and a few more.

The `Makefile` only calls this file. Everything is installed into `.venv` (or the folder that DISCERN_VENV names) in the
versions of constraints.txt; a second call notices that nothing changed and starts at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("DISCERN_VENV") or ROOT / ".venv").absolute()
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".discern-setup"
OLDEST = (3, 11)
SHORT_BENCHMARKS = ("predict", "prepare", "memory", "growth")


class Failed(Exception):
    """A step that did not work; the message says what to do."""


def main(arguments: list[str]) -> int:
    chores = {"setup": setup, "demo": demo, "test": test, "lint": lint, "docs": docs, "status": status, "bench": bench}
    if len(arguments) != 1 or arguments[0] not in chores:
        print(f"usage: python make.py {'|'.join(chores)}", file=sys.stderr)
        return 2
    try:
        chores[arguments[0]]()
    except Failed as problem:
        print(f"\nmake.py {arguments[0]}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def setup() -> None:
    """A virtual environment with the pinned versions of everything; nothing is done when nothing changed."""
    if sys.version_info < OLDEST:
        raise Failed(f"this is Python {sys.version.split()[0]}; Discern needs {OLDEST[0]}.{OLDEST[1]} or newer")
    stamp = _stamp()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == stamp:
        return
    if not PYTHON.exists():
        _run("virtual environment", sys.executable, "-m", "venv", VENV, hint="on Debian: apt-get install python3-venv")
    _run(
        "packages (the first time takes minutes)",
        *(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("-c", ROOT / "constraints.txt", "-e", f"{ROOT}[torch,geo,tensorboard,dev]"),
        hint="pip's message above says why; the README tells how to get the small CPU build of PyTorch",
    )
    STAMP.write_text(stamp, "utf-8")


def demo() -> None:
    """Learn the real handwritten digits that ship with scikit-learn, measure the result, write the report."""
    setup()
    _run("demo", PROGRAMS / "discern", "train", "sample:digits", "-o", Path("runs") / "demo", "--force")


def test() -> None:
    """Everything that has to hold: style, types, the order of the rooms, all tests."""
    began = time.monotonic()
    setup()
    _browser()
    lint()
    workers = str(min(2, os.cpu_count() or 1))
    _run("tests", PYTHON, "-m", "pytest", "-n", workers, env={"DISCERN_THREADS": "1", "OMP_NUM_THREADS": "1"})
    print(f"\nEverything passed in {time.monotonic() - began:.0f} s.")


def lint() -> None:
    """Style, format, types and the order of the rooms."""
    setup()
    _run("style", PYTHON, "-m", "ruff", "check")
    _run("format", PYTHON, "-m", "ruff", "format", "--check", hint="`ruff format` puts it right")
    _run("types", PYTHON, "-m", "mypy")
    _run("rooms", PROGRAMS / "lint-imports", "--no-cache")


def docs() -> None:
    """The docs site in docs/_build, without the network; a warning is an error."""
    setup()
    _run("docs", PYTHON, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", Path("docs") / "_build")
    print(f"open {Path('docs') / '_build' / 'index.html'}")


def status() -> None:
    """Write docs/status.md anew from the tests and the command line."""
    setup()
    _run("status", PYTHON, Path("tests") / "status.py")


def bench() -> None:
    """The short benchmarks, one after the other; each says what it claims. On a machine that does nothing else."""
    setup()
    for name in SHORT_BENCHMARKS:
        _run(f"benchmark {name}", PYTHON, Path("benchmarks") / f"{name}.py")


def _stamp() -> str:
    """What the installation depends on: when it is the same, there is nothing to install."""
    content = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        content.update((ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    return f"{content.hexdigest()} {ROOT}\n"


def _browser() -> None:
    """Chromium for the browser tests, where this may be installed without asking; elsewhere those tests are skipped."""
    if shutil.which("chromium") or not shutil.which("apt-get") or not Path("/etc/debian_version").exists():
        return
    if os.geteuid() != 0:
        return
    install = "apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium"
    print("== browser for the browser tests (apt-get install chromium)", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(["sh", "-c", install], env=env, stdout=subprocess.DEVNULL, check=False).returncode:
        print("   could not be installed; the browser tests will be skipped", flush=True)


def _run(title: str, *command: str | Path, env: dict[str, str] | None = None, hint: str = "") -> None:
    print(f"== {title}", flush=True)
    try:
        code = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})}).returncode
    except OSError as error:
        raise Failed(f"{title}: {error}") from error
    if code:
        raise Failed(f"{title} failed" + (f"; {hint}" if hint else ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
