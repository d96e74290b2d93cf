"""The docs site: Sphinx, MyST and Furo, built without the network. The reference is generated from the program."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "tests"))  # status.py walks the commands for docs/status.md, and for us

import discern  # noqa: E402
import status  # noqa: E402
from discern.cli.main import app as program  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Discern"
author = "The Discern authors"
copyright = "The Discern authors, Apache-2.0"
release = version = discern.__version__
myst_enable_extensions = ["deflist"]
extensions = ["myst_parser", "sphinx.ext.autodoc"]
default_role = "code"  # docstrings write `names` as Markdown does
exclude_patterns = ["_build"]
html_theme = "furo"
smartquotes = False  # `--item` is not `–item`
html_title = "Discern"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_class_signature = "separated"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "Listener": "Listener"}  # not what they are made of
python_use_unqualified_type_names = True

API = DOCS / "reference" / "api"


def python_page() -> str:
    """One entry for each public name: functions first, then records."""
    values = {name: getattr(discern, name) for name in discern.__all__}
    lines = ["# Python", "", "```python", "import discern as dc", "```", "", "## Verbs", ""]
    for name in sorted(values, key=str.lower):
        if inspect.isfunction(values[name]):
            lines += [f"```{{eval-rst}}\n.. autofunction:: discern.{name}\n```", ""]
    lines += ["## Records", ""]
    for name in sorted(values, key=str.lower):
        if inspect.isclass(values[name]):
            lines += [f"```{{eval-rst}}\n.. autoclass:: discern.{name}\n   :members:\n```", ""]
    return "\n".join(lines)


def commands_page() -> str:
    """Each command with its arguments and options, as `--help` tells them."""
    lines = ["# Command line", ""]
    for command in status.commands(program):
        words = () if command.name == status.PROGRAM else (command.name,)
        usage = " ".join(("discern", *words, "[OPTIONS]", *(name for name, _ in command.arguments)))
        lines += [f"## `{' '.join(('discern', *words))}`", "", "```text", usage, "```", "", command.help, ""]
        rows = [*command.arguments, *((f"{', '.join(o.names)} {o.metavar}".strip(), o.help) for o in command.options)]
        for name, text in rows:
            lines += [f"`{name}`", f": {text}".replace("<", "&lt;"), ""]
    return "\n".join(lines)


def write_reference(app: Sphinx) -> None:
    API.mkdir(parents=True, exist_ok=True)
    for name, text in (("python.md", python_page()), ("commands.md", commands_page())):
        page = API / name
        if not page.exists() or page.read_text("utf-8") != text:  # an unchanged page is not built again
            page.write_text(text, "utf-8")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_reference)
