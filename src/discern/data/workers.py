"""Many pictures decoded by processes, one a processor: threads of one process would wait for each other's Python.

A process is a fresh Python that loads NumPy, Pillow and `images` alone. It takes nothing from the program that started
it, so a script needs no guard, and no thread of another library is copied half-way. It is asked by a line of JSON on
its standard input, writes pixels to the file that it is told, answers with a line of JSON, and ends when nobody is left
to ask.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ..core import threads
from ..core.executor import Local
from ..core.records import InputSpec
from ..images.decode import quiet_pillow
from .one_picture import Facts, Loaded, load_with_facts

A_PROCESS = 2_000
"""Pictures that are worth one more process: at half as many its start costs what it saves."""
AT_ONCE = 32
"""Pictures that a process is asked for in one go."""
PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from discern.data.workers import serve; serve()"
ENDED = "each process that decoded it ended"
"""Why a picture is set aside that no process survived: it may be the picture, or a machine short of memory."""
FAILED = 1
"""How Python ends after an exception, such as a library that is not there."""
Process: TypeAlias = "subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Decoding:
    """How pictures are decoded, and where to: the n-th has the n-th place of a file, used or not."""

    spec: InputSpec
    max_megapixels: float
    file: Path
    start: int
    """Bytes before the first place."""

    def load(self, paths: Sequence[Path], first: int) -> list[Facts | str]:
        """Raises OSError when the file cannot be written."""
        found: list[Facts | str] = []
        with self.file.open("r+b") as out, quiet_pillow():
            for place, path in enumerate(paths, first):
                one = load_with_facts(path, self.spec, self.max_megapixels)
                if not isinstance(one, str):
                    out.seek(self.start + place * self.spec.n_values)
                    out.write(one[0].tobytes())
                found.append(one if isinstance(one, str) else one[1])
        return found


def n_worth(n_pictures: int) -> int:
    """How many processes so many pictures are worth; 0 where threads do as well."""
    able = "python" in Path(sys.executable or "").name.lower()  # else a program that has Python inside
    n = min(threads.budget(), n_pictures // A_PROCESS)
    return n if able and n > 1 else 0


def load_all(decoding: Decoding, paths: Sequence[Path], n_processes: int) -> Generator[Facts | str, None, None]:
    """What `load_with_facts` finds for each file, in their order: the same whatever the number of processes.

    A picture that ends one process after another is a bad item. Close what is returned: the processes go with it.
    Raises OSError when the file cannot be written.
    """
    chunks = [(first, paths[first : first + AT_ONCE]) for first in range(0, len(paths), AT_ONCE)]
    with (
        _Workers(decoding, n_processes) as workers,
        contextlib.closing(Local().map(lambda chunk: workers.look(*chunk), chunks)) as found,
    ):
        yield from itertools.chain.from_iterable(found)


def serve() -> None:
    """What such a process does."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it, even in the midst of a picture
    for line in sys.stdin.buffer:
        task = json.loads(line)
        spec, file = InputSpec.from_json(task["spec"]), Path(task["file"])
        decoding = Decoding(spec, task["max_megapixels"], file, task["start"])
        found = decoding.load([Path(path) for path in task["paths"]], task["first"])
        facts = [one if isinstance(one, str) else [one[1], *astuple(one[0])] for one in found]
        sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")
        sys.stdout.buffer.flush()


class _Workers:
    """Processes that are asked in turn."""

    def __init__(self, decoding: Decoding, n: int) -> None:
        self._decoding = decoding
        self._n = n
        self._able = True
        self._stopped = False
        self._turns: queue.SimpleQueue[Process | None] = queue.SimpleQueue()
        for _ in range(n):
            self._turns.put(None)  # not yet started

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *args: object) -> None:
        for _ in range(self._n):
            if (process := self._turns.get()) is not None:
                _end(process)

    def look(self, first: int, paths: Sequence[Path]) -> list[Facts | str]:
        found = self._ask(first, paths)
        if found is None and self._able and len(paths) > 1:  # one of them ended the process, or somebody else did
            return [one for place, path in enumerate(paths, first) for one in self.look(place, [path])]
        found = found or self._ask(first, paths)
        if found is None and not self._able:
            return self._decoding.load(paths, first)
        return found or [ENDED]

    def _ask(self, first: int, paths: Sequence[Path]) -> list[Facts | str] | None:
        """None when the process ended before it had answered, or when there can be none."""
        process, found = self._turns.get(), None
        try:
            if self._stopped:
                raise KeyboardInterrupt
            if self._able:
                process = process or _start()
                found = _answer(process, self._task(first, paths))
        except _Ended as error:
            if error.code == -signal.SIGINT:  # Ctrl-C reaches them all: no further one is started
                self._stopped = True
                raise KeyboardInterrupt from None
            self._able = self._able and error.code != FAILED
        except (OSError, ValueError):  # it cannot be started, or is no Python of ours
            self._able = False
        finally:
            if found is None and process is not None:
                _end(process)
            self._turns.put(None if found is None else process)
        return found

    def _task(self, first: int, paths: Sequence[Path]) -> dict[str, Any]:
        how = self._decoding
        names = [os.fspath(path) for path in paths]
        asked = {"spec": how.spec.to_json(), "max_megapixels": how.max_megapixels}
        return asked | {"file": os.fspath(how.file), "start": how.start, "first": first, "paths": names}


class _Ended(Exception):
    """A process is gone before it had answered."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _start() -> Process:
    """Raises OSError."""
    path = [one for one in sys.path if isinstance(one, str)]
    alone = os.environ | dict.fromkeys(threads.VARIABLES, "1")
    command = [sys.executable, "-P", "-c", PROGRAM, *path]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=alone)


def _answer(process: Process, task: dict[str, Any]) -> list[Facts | str]:
    """Raises _Ended."""
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise _Ended(process.wait())
    found = json.loads(line)
    return [one if isinstance(one, str) else (Loaded(tuple(one[1]), *one[2:]), one[0]) for one in found]


def _end(process: Process) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(BrokenPipeError):  # what it had not read
            if pipe is not None:
                pipe.close()
    process.wait()
