"""The program `discern`: its commands, and the one place where an error becomes a line and an exit status.

Exit status: 0 done, 1 something differs or was found, 2 the person can put it right, 130 stopped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .. import __version__
from ..core import threads
from ..core.errors import DiscernError
from . import data, explain, features, handing, label, learn, maps, trust, use
from .console import one_line
from .image import image
from .series import series
from .table import table
from .text import text


class InOrder(TyperGroup):
    """The program, whose commands and groups are listed together in the order of `COMMANDS`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)


app = typer.Typer(
    cls=InOrder,
    help="Learn from pictures, texts, tables and series, and prove how well it does. Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., Any]] = {
    "sample": data.sample,
    "show": data.show,
    "audit": data.audit,
    "label": label.label,
    "train": learn.train,
    "resume": learn.resume,
    "runs": learn.runs,
    "summary": learn.summary,
    "predict": use.predict,
    "evaluate": use.evaluate,
    "explain": explain.explain,
    "features": features.features,
    "verify": use.verify,
    "export": use.export,
    "image": image,
    "series": series,
    "table": table,
    "text": text,
    "map": maps.draw,
    "card": handing.card,
    "report": handing.report,
    "purge": handing.purge,
    "doctor": use.doctor,
}


class OrList(TyperGroup):
    """A group of commands whose `list` may be left out: `discern runs DIR` is `discern runs list DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if known else ["list", *args])


runs = typer.Typer(cls=OrList, rich_markup_mode=None, help="List the runs, or compare two of them.")
runs.command("list")(learn.runs)
runs.command("compare")(trust.compare)
GROUPS = {"runs": runs, "image": image, "series": series, "table": table, "text": text}
for _name, _command in COMMANDS.items():
    if _name in GROUPS:
        app.add_typer(GROUPS[_name], name=_name)
    else:
        app.command(_name)(_command)

STOPPED = 130
UsageError: Any = typer.BadParameter.__base__
ClickException: Any = UsageError.__base__


def _version(wanted: bool) -> None:
    if wanted:
        print(f"discern {__version__}")
        raise typer.Exit


@app.callback()
def options(
    thread_count: Annotated[
        int | None, typer.Option("--threads", metavar="N", help="Processors to use (default: all).", show_default=False)
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of every command, given before its name."""
    threads.set_budget(thread_count)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit status."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller: what is written goes nowhere
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (lives as long as the process)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments[: _command_at(arguments)]
    try:
        status = _perform(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        _drop_stdout()  # the reader went away; nothing is left to tell it
        return 0
    except DiscernError as error:
        if debug:
            raise
        _say(str(error))
        return error.exit_code
    except MemoryError:
        _say("this machine has not enough memory for that")
        return 2
    except OSError as error:
        if debug:
            raise
        _drop_stdout()
        _say(": ".join(part for part in (error.filename and str(error.filename), error.strerror or str(error)) if part))
        return 2


def _perform(arguments: list[str]) -> int:
    """The command's own status; what the parser of arguments has to say becomes a line and a status, too."""
    status: object
    try:
        status = app(arguments, prog_name="discern", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        status = STOPPED
    except SystemExit as stop:  # how the parser ends when the reader of standard output goes away
        raise BrokenPipeError from stop
    except ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            return 0
        _say(error.format_message())
        return 2
    if status == STOPPED:
        _say("stopped; a run goes on with `discern resume RUN`")
    return status if isinstance(status, int) else 0


def _command_at(arguments: list[str]) -> int:
    """Where the command's own arguments begin: global options stand before it."""
    return next((i for i, argument in enumerate(arguments) if argument in COMMANDS), len(arguments))


def _say(message: str) -> None:
    try:
        print(f"discern: {one_line(message)}", file=sys.stderr)
    except OSError:
        _drop_stdout()


def _drop_stdout() -> None:
    """Send what is still to be written to nowhere, so that closing a full or closed device does not fail again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 (lives as long as the process)
