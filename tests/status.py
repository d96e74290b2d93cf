"""What the program can do, from its own `--help` and the tests: `python tests/status.py` writes docs/status.md.

A test says what it shows with `@pytest.mark.shows("train", "--epochs")`, and that it feeds a command something wrong
with `@pytest.mark.bad_input("train")`. The options before a command's name belong to the command `discern`.
"""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "status.md"
PROGRAM = "discern"
EXEMPT = {"--help"}


@dataclass(frozen=True)
class Option:
    names: tuple[str, ...]
    """All spellings, such as `-o`, `--out`."""
    metavar: str
    help: str

    @property
    def name(self) -> str:
        return max(self.names, key=len)


@dataclass(frozen=True)
class Command:
    name: str
    help: str
    arguments: tuple[tuple[str, str], ...]
    """Each as `--help` names it, with its help."""
    options: tuple[Option, ...]


@dataclass
class Proofs:
    """Tests by what they show: `(command, "")` is the command itself, `(command, option)` one of its options."""

    shows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    bad_input: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def commands(app: Any) -> list[Command]:
    """The program and each command under it, as `--help` shows them; hidden ones too, for nothing is exempt."""
    import typer.main

    return list(_walk(typer.main.get_command(app), ()))


def _walk(node: Any, path: tuple[str, ...]) -> Iterator[Command]:
    arguments = tuple(
        (p.metavar or p.name.upper(), p.help or "") for p in node.params if p.param_type_name == "argument"
    )
    options = tuple(
        Option((*p.opts, *p.secondary_opts), "" if p.is_flag else p.metavar or p.name.upper(), p.help or "")
        for p in node.params
        if p.param_type_name == "option" and not EXEMPT & set(p.opts)
    )
    yield Command(" ".join(path) or PROGRAM, (node.help or "").strip(), arguments, options)
    for name, child in getattr(node, "commands", {}).items():
        yield from _walk(child, (*path, name))


def proofs(known: list[Command], tests: Path = ROOT / "tests") -> Proofs:
    """Read every marker from the sources of the tests; a marker that names nothing that exists is kept as unknown."""
    found = Proofs()
    table = {command.name: command for command in known}
    for path in sorted(tests.rglob("test_*.py")):
        for test, marker, words in _markers(path):
            where = f"{path.relative_to(tests.parent).as_posix()}::{test}"
            problem = _record(found, table, where, marker, words)
            if problem:
                found.unknown.append(f"{where}: {problem}")
    return found


def _record(found: Proofs, table: dict[str, Command], where: str, marker: str, words: list[str]) -> str:
    if not words or words[0] not in table:
        return f"{marker}({', '.join(words)}) names no command{_suggest(words[0] if words else '', table)}"
    command = table[words[0]]
    if marker == "bad_input":
        found.bad_input.setdefault(command.name, []).append(where)
        return "bad_input takes a command alone" if len(words) > 1 else ""
    found.shows.setdefault((command.name, ""), []).append(where)
    for word in words[1:]:
        option = next((option for option in command.options if word in option.names), None)
        if option is None:
            spellings = [name for option in command.options for name in option.names]
            return f"{command.name} has no option {word}{_suggest(word, spellings)}"
        found.shows.setdefault((command.name, option.name), []).append(where)
    return ""


def _suggest(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _markers(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """`(test, marker, its words)` for each `shows` and `bad_input` on a test function, also inside `pytest.param`."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        calls = [
            call for decorator in node.decorator_list for call in ast.walk(decorator) if isinstance(call, ast.Call)
        ]
        names = [ast.unparse(call.func) for call in calls]
        if "pytest.mark.skip" in names or "pytest.mark.xfail" in names:
            continue  # a test that does not run shows nothing
        for call, name in zip(calls, names, strict=True):
            if name in ("pytest.mark.shows", "pytest.mark.bad_input"):
                words = [str(ast.literal_eval(argument)) for argument in call.args]
                yield node.name, name.rpartition(".")[2], words


def gaps(known: list[Command], found: Proofs) -> list[str]:
    """What `--help` shows and no test does."""
    missing = list(found.unknown)
    for command in known:
        if (command.name, "") not in found.shows:
            missing.append(f"{command.name}: no test shows it")
        if command.name not in found.bad_input:
            missing.append(f"{command.name}: no test gives it bad input")
        missing += [
            f"{command.name} {option.name}: no test shows it"
            for option in command.options
            if (command.name, option.name) not in found.shows
        ]
        missing += [f"{command.name} {option.name}: no help" for option in command.options if not option.help]
    return missing


def page(known: list[Command], found: Proofs) -> str:
    """docs/status.md: a section a command."""
    lines = [
        "# Status: what works",
        "",
        "This page is written by `make status` from the program's own `--help` and from the tests. A command or an",
        "option is listed with a test that shows its effect, and each command with a test that gives it something it",
        "must refuse.",
        "",
    ]
    for command in known:
        lines += [f"## {_title(command)}", "", command.help.replace("\n", " "), ""]
        rows = [(f"the command{_arguments(command)}", "", found.shows.get((command.name, ""), []))]
        rows += [
            (" ".join((*(f"`{name}`" for name in option.names), option.metavar)).strip(), option.help, tests)
            for option in command.options
            for tests in [found.shows.get((command.name, option.name), [])]
        ]
        rows.append(("bad input", "refused in one line, exit status 2", found.bad_input.get(command.name, [])))
        lines += ["| | What it does | Shown by |", "|---|---|---|"]
        lines += [f"| {_safe(what)} | {_safe(does)} | {_tests(tests)} |" for what, does, tests in rows]
        lines.append("")
    return "\n".join(lines)


def _title(command: Command) -> str:
    return "`discern`, before any command" if command.name == PROGRAM else f"`discern {command.name}`"


def _arguments(command: Command) -> str:
    return f" with `{' '.join(name for name, _ in command.arguments)}`" if command.arguments else ""


def _tests(tests: list[str]) -> str:
    first = sorted(set(tests))
    more = f" and {len(first) - 1} more" if len(first) > 1 else ""
    return f"`{first[0]}`{more}" if first else "**no test**"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def current() -> tuple[list[Command], Proofs]:
    from discern.cli.main import app

    known = commands(app)
    return known, proofs(known)


def main() -> int:
    known, found = current()
    PAGE.write_text(page(known, found), "utf-8", newline="\n")
    missing = gaps(known, found)
    print(f"{PAGE.relative_to(ROOT)}: {len(known)} commands, {len(missing)} gaps")
    for gap in missing:
        print(f"  {gap}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
