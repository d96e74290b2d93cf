"""The shape of the house: who imports whom, what is public, how light a start is, what never stands in a file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import discern

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "discern"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400
HEAVY = ("torch", "sklearn", "matplotlib", "onnx", "onnxruntime", "jinja2", "polars", "scipy", "PIL")

# The whole public surface. A name added here is kept for good: at most 25.
PUBLIC = [
    *("Dataset", "DiscernError", "Evaluation", "Event", "Figure", "Finding", "Findings", "Model", "Run", "Split"),
    *("audit", "doctor", "evaluate", "export", "list_runs", "load", "plot", "predict", "read", "resume", "sample"),
    *("show", "summary", "train", "verify"),
]

# Formats that run code when they are opened, and ways to run text as code.
CODE_RUNNERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "code", "codeop"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
NETWORK = {"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "urllib3", "aiohttp"}

HOMES = {
    "torch": {"nets", "fit", "models", "explain"},
    "sklearn": {"models", "evaluate"},
    "onnxruntime": {"store"},
    "onnx": {"models", "store"},
    "typer": {"cli"},
    "rich": {"cli"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
    "tomotopy": {"models"},
}


def _id(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _imports(tree: ast.AST) -> Iterator[str]:
    """Full names of what a module imports from outside, also through `import_module("x")` and `require("x")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "require"):
            yield from (str(name.value) for name in node.args[:1] if isinstance(name, ast.Constant))


def test_the_contracts_of_the_rooms_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports.exe" if os.name == "nt" else "lint-imports")
    run = subprocess.run([program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_public_surface_is_what_is_listed() -> None:
    assert sorted(discern.__all__) == sorted(PUBLIC) == sorted(dir(discern))
    assert len(PUBLIC) <= 25
    for name in PUBLIC:
        value = getattr(discern, name)
        assert callable(value), name
        assert value.__doc__, f"{name} has no docstring"


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((SOURCE / "__init__.py").read_text("utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    seen = {
        alias.asname or alias.name
        for node in ast.walk(blocks[0])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(PUBLIC)


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_is_short_says_what_lives_there_and_runs_no_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no docstring"
    assert not list(_dangers(tree))


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_heavy_libraries_stay_at_home(path: Path) -> None:
    """What import-linter cannot see: names given as text to `import_module` and `require`."""
    room = path.relative_to(SOURCE).parts[0]
    for name in _imports(ast.parse(path.read_text("utf-8"))):
        homes = HOMES.get(name.partition(".")[0])
        assert homes is None or room in homes, f"{room} imports {name}"


def _dangers(tree: ast.AST) -> Iterator[str]:
    for name in _imports(tree):
        if {name, name.partition(".")[0], name.rpartition(".")[0]} & (CODE_RUNNERS | NETWORK):
            yield f"imports {name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        if function in BUILTINS or function in ("torch.load", "os.system", "os.popen"):
            yield f"line {node.lineno}: {function}"
        for keyword in node.keywords:
            if keyword.arg in ("allow_pickle", "shell") and ast.unparse(keyword.value) != "False":
                yield f"line {node.lineno}: {keyword.arg}"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "import urllib.request",
        "from urllib.request import urlopen",
        "import_module('socket')",
        "eval('1')",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=flag)",
    ],
)
def test_the_guard_sees_what_it_guards_against(line: str) -> None:
    assert list(_dangers(ast.parse(line)))


def test_the_guard_lets_ordinary_lines_pass() -> None:
    text = "import json\nfrom urllib.parse import quote\nmodule.eval()\nnp.load(path, allow_pickle=False)\n"
    assert not list(_dangers(ast.parse(text)))


@pytest.mark.parametrize("module", ["discern", "discern.cli.main"])
def test_a_start_loads_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & set(HEAVY)
