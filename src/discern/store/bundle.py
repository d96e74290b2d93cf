"""A model as one file, `model.discern`: a zip of `manifest.json` and `model.safetensors`, and nothing that can run.

The manifest says which codec reads the arrays; the codec comes from the catalogue, never from the file. The same
model gives the same bytes. Everything that a file says is checked before it is used, and what does not fit is refused
with a ModelFileError that says what was found.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray

from .. import __version__
from ..core import files, threads
from ..core.errors import DataError, ModelFileError, NewerFormat, OptionError
from ..core.options import crop_problem
from ..core.records import InputSpec
from ..core.targets import JOINT, Targets
from ..models import catalogue
from ..models.answers import PREFIX, Trust
from ..models.codecs import fields
from ..models.codecs import trust as trusts
from ..models.scorer import Scorer
from . import archive, strict, tensors
from .columns import described_columns

FORMAT = 3
PLAIN_FORMAT, TRUST_FORMAT = 1, 2
"""Of a file whose model states its probabilities as they are, and of one that holds `trust` besides; the third is of
models of a table with columns, or of a number, which may hold it."""
KEYS = (
    "format", "program", "model", "config", "classes", "targets", "input", "target", "members", "decoders", "threads",
    "card", "extra",
)  # fmt: skip
CLASSES_LIMIT = 65_536
LABELS_LIMIT = 2**24
"""Letters of all labels when each is as long as the longest, which is how NumPy keeps them."""
VALUES_LIMIT = 2**24


@dataclass(frozen=True)
class Bundle:
    """A model file that has been read and checked."""

    manifest: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    spec: InputSpec
    classes: NDArray[Any]
    """Labels in the order of the probabilities, `(n_classes,)`; none where the answer is a number."""
    trust: Trust | None = None
    """What is done to the model's probabilities before they are answers."""

    @property
    def targets(self) -> Targets | None:
        """What each class stands for, where it is a combination of several targets."""
        found = self.manifest.get("targets")
        return Targets({name: tuple(labels) for name, labels in found.items()}) if found else None

    @property
    def model(self) -> str:
        """The model's name in the catalogue."""
        return str(self.manifest["model"]["name"])

    @property
    def task(self) -> str:
        """`classification`, or `regression` where the answer is a number."""
        return "classification" if len(self.classes) else "regression"

    @property
    def target(self) -> str:
        """The name of what is predicted."""
        return str(self.manifest["target"])

    @property
    def holds(self) -> str:
        """What of the items that it learned from can be seen in the file, in words; empty where nothing can."""
        return catalogue.holds(self.model, self.spec, len(self.classes))

    @property
    def config(self) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], self.manifest["config"])

    @property
    def extra(self) -> Mapping[str, Any]:
        """The facts that were given to `save`."""
        return cast(Mapping[str, Any], self.manifest["extra"])

    def estimator(self) -> Any:
        """The fitted estimator, rebuilt. Needs what learning needs (for a network: torch)."""
        return self._codec.decode(self.config, self.arrays, self.spec, self.classes)

    def scorer(self) -> Scorer:
        """What answers for texts."""
        found: Scorer = self._codec.scorer(self.config, self.arrays)  # type: ignore[attr-defined]
        return found

    @property
    def _codec(self) -> catalogue.Codec:
        return catalogue.codec(self.model, self.spec, len(self.classes))

    def graph(self) -> onnx.ModelProto:
        """The model as an ONNX graph from `x` to `probabilities`, or to `prediction`."""
        return self._codec.graph(self.config, self.arrays, self.spec, len(self.classes))


def save(
    path: Path,
    estimator: Any,
    *,
    model: str | None = None,
    target: str = "label",
    targets: Targets | None = None,
    card: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    spec: InputSpec | None = None,
    trust: Trust | None = None,
) -> None:
    """Write a fitted estimator of the catalogue; the file is whole or not there.

    `model` is its name in the catalogue (default: found by its class), `target` names what is predicted, `card`
    describes the model to people, `extra` holds facts of its training; both are JSON. `targets` says what each class
    stands for where it is a combination. `spec` (`dataset.input`) says how pictures get to the form that the estimator
    takes, `trust` what is done to its probabilities. Raises DataError for labels, facts or a `spec` that cannot be
    kept, OptionError for a class that is not in the catalogue, OutputError.
    """
    name = model or catalogue.name_of(estimator)
    spec = spec or estimator.input_
    if spec.plain != estimator.input_.plain:
        raise DataError(f"the input is {spec}, {spec.dtype}; the model takes {estimator.input_}")
    about = {
        "target": target,
        "targets": {} if targets is None else targets.to_json(),
        "card": dict(card or {}),
        "extra": dict(extra or {}),
        **({} if trust is None else {"trust": trust.to_json()}),
    }
    members = _members(estimator, name, spec, about, {} if trust is None else trust.arrays())
    with files.atomic(Path(path)) as file:
        for piece in archive.write(members):
            file.write(piece)


def load(source: Path | str | bytes) -> Bundle:
    """Read a model file, or its bytes. Raises ModelFileError; NewerFormat when a newer program wrote it."""
    if isinstance(source, bytes):
        return _load(io.BytesIO(source), len(source))
    try:
        # Not blocking: a pipe under this name must be refused, not waited for.
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{source}: {getattr(error, 'strerror', None) or error}") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "something that is not a regular file"
        raise ModelFileError(f"{source}: found {kind}; expected a model file")
    with os.fdopen(handle, "rb") as file:
        try:
            return _load(file, found.st_size)
        except ModelFileError as error:
            raise type(error)(f"{source}: {error}") from error


def _members(
    estimator: Any, name: str, spec: InputSpec, about: Mapping[str, Any], more: Mapping[str, NDArray[Any]]
) -> dict[str, bytes]:
    classes = _labels(getattr(estimator, "classes_", np.zeros(0, np.str_)))
    config, arrays = catalogue.codec(name, spec, len(classes)).encode(estimator)
    content = tensors.write({**arrays, **more})
    if len(content) > archive.MEMBER_LIMIT:
        raise DataError(f"the model takes {len(content):,} bytes; a model file holds up to {archive.MEMBER_LIMIT:,}")
    manifest = {
        "format": _format(spec, classes, "trust" in about),
        "program": __version__,
        "model": {"name": name, "version": catalogue.entry(name).version},
        "config": config,
        "classes": classes,
        "input": spec.to_json(),
        "members": {archive.TENSORS: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}},
        "decoders": {"pillow": version("pillow")},
        "threads": threads.budget(),
        **about,
    }
    try:
        members = {archive.MANIFEST: files.to_json(manifest).encode("utf-8"), archive.TENSORS: content}
        _bundle(members)  # what cannot be read again is never written
    except (ValueError, TypeError) as error:
        raise DataError(f"this model cannot be saved: {error}") from error
    return members


def _format(spec: InputSpec, classes: list[str], trusted: bool) -> int:
    """The earliest format that holds such a model: the program that knows only that one goes on reading it."""
    if spec.dtype == "float64" or not classes:
        return FORMAT
    return TRUST_FORMAT if trusted else PLAIN_FORMAT


def _labels(classes: NDArray[Any]) -> list[str]:
    if not all(isinstance(label, str) for label in classes):
        raise DataError(f"labels are {classes.dtype}; a model file keeps text: fit with labels.astype(str)")
    return [str(label) for label in classes]


def _load(file: IO[bytes], size: int) -> Bundle:
    try:
        members = archive.read(file, size)
    except ModelFileError as error:
        content = archive.peek_manifest(file, size) or b""
        try:
            _refuse_newer(strict.parse(content, archive.MANIFEST))
        except NewerFormat:
            raise
        except ModelFileError:
            raise error from None
        raise
    return _bundle(members)


def _bundle(members: Mapping[str, bytes | bytearray]) -> Bundle:
    """A bundle from its members' bytes. Raises ModelFileError."""
    manifest = strict.parse(members[archive.MANIFEST], archive.MANIFEST)
    _refuse_newer(manifest)
    trusted = manifest["format"] == TRUST_FORMAT or (manifest["format"] == FORMAT and "trust" in manifest)
    fields.exact_keys(manifest, (*KEYS, "trust") if trusted else KEYS, archive.MANIFEST)
    for name in ("model", "config", "targets", "input", "members", "decoders", "card", "extra"):
        if not isinstance(manifest[name], dict):
            raise ModelFileError(f"{name} in {archive.MANIFEST} is {fields.shown(manifest[name])}; expected an object")
    for name in ("program", "target"):
        if not isinstance(manifest[name], str):
            raise ModelFileError(f"{name} in {archive.MANIFEST} is {fields.shown(manifest[name])}; expected text")
    fields.whole(manifest, "threads", 1, threads.MAX_THREADS)
    name = _known(manifest["model"], manifest["program"])
    _check_digest(manifest["members"], members[archive.TENSORS])
    later = manifest["format"] == FORMAT
    spec, classes = _spec(manifest["input"], later), _classes(manifest["classes"], later)
    codec = _codec(name, spec, len(classes))
    _check_targets(manifest["targets"], len(classes))
    arrays = tensors.read(members[archive.TENSORS], archive.TENSORS)
    trust = None
    if trusted:
        beside = {name: arrays.pop(name) for name in list(arrays) if name.startswith(PREFIX)}
        trust = trusts.read(manifest["trust"], beside)
    codec.check(manifest["config"], arrays, spec, len(classes))
    return Bundle(manifest, arrays, spec, classes, trust)


def _refuse_newer(manifest: Mapping[str, Any]) -> None:
    found = manifest.get("format")
    if type(found) is not int or found < 1:
        raise ModelFileError(f"format in {archive.MANIFEST} is {fields.shown(found)}; expected {FORMAT}")
    if found > FORMAT:
        raise _newer(f"format {found}", f"format {FORMAT}", manifest.get("program"))


def _newer(found: str, known: str, program: object) -> NewerFormat:
    writer = program if isinstance(program, str) and len(program) <= 40 and program.isprintable() else "unknown"
    return NewerFormat(
        f"found {found}, written by discern {writer}; this is discern {__version__}, which reads {known}; "
        f"pip install 'discern-ml>={writer}'"
    )


def _known(model: Mapping[str, Any], program: str) -> str:
    """The name of a model that the catalogue knows in this version. Raises ModelFileError."""
    fields.exact_keys(model, ["name", "version"], "model")
    name = model["name"]
    try:
        entry = catalogue.entry(name if isinstance(name, str) else fields.shown(name))
    except OptionError as error:
        raise ModelFileError(str(error)[:300]) from error
    if fields.whole(model, "version", 1, 2**31) > entry.version:
        raise _newer(f"version {model['version']} of model {name!r}", f"version {entry.version}", program)
    return entry.name


def _codec(name: str, spec: InputSpec, n_classes: int) -> catalogue.Codec:
    try:
        return catalogue.codec(name, spec, n_classes)
    except OptionError as error:  # a model of classes in a file of numbers, or the other way round
        raise ModelFileError(str(error)[:300]) from error


def _check_digest(members: Mapping[str, Any], content: bytes | bytearray) -> None:
    fields.exact_keys(members, [archive.TENSORS], "members")
    stated = members[archive.TENSORS]
    if not isinstance(stated, dict):
        raise ModelFileError(f"members in {archive.MANIFEST} is {fields.shown(stated)}; expected an object")
    fields.exact_keys(stated, ["sha256", "size"], f"members of {archive.MANIFEST}")
    if fields.whole(stated, "size", 0, archive.MEMBER_LIMIT) != len(content):
        raise ModelFileError(f"{archive.TENSORS} has {len(content)} bytes; the manifest says {stated['size']}")
    if stated["sha256"] != hashlib.sha256(content).hexdigest():
        raise ModelFileError(f"{archive.TENSORS} is not what was saved: its SHA-256 differs; copy the model again")


def _spec(record: Mapping[str, Any], later: bool) -> InputSpec:
    """What the model takes; `later`: the file may describe the columns of a table. Raises ModelFileError."""
    optional = [name for name in ("crop", "keep_aspect", "binary", "symbols") if name in record]
    described = later and "columns" in record
    fields.exact_keys(record, ["kind", "shape", "dtype", *optional, *(["columns"] if described else [])], "input")
    kind, shape, dtype = record["kind"], record["shape"], record["dtype"]
    of_table = ("float32", "float64") if later else ("float32",)
    known = {"pictures": (("uint8", "float32"), 3), "table": (of_table, 1), "texts": (("text",), 0)}
    if not isinstance(kind, str) or kind not in known:
        raise ModelFileError(f"input kind is {fields.shown(kind)}; expected one of {', '.join(known)}")
    dtypes, rank = known[kind]
    if dtype not in dtypes:
        raise ModelFileError(f"input dtype is {fields.shown(dtype)}; expected {' or '.join(dtypes)} for {kind}")
    sizes = isinstance(shape, list) and all(type(size) is int and size >= 1 for size in shape)
    if not sizes or len(shape) != rank or math.prod(shape) > VALUES_LIMIT:
        raise ModelFileError(f"input shape is {fields.shown(shape)}; expected {rank} sizes from 1 for {kind}")
    crop = record.get("crop", [0.0] * 4)
    numbers = isinstance(crop, list) and all(type(share) in (int, float) for share in crop)
    if not numbers or crop_problem(crop, "crop"):
        raise ModelFileError(f"input crop is {fields.shown(crop)}; expected four shares of a picture")
    keep_aspect, binary, symbols = flags = [record.get(name, False) for name in ("keep_aspect", "binary", "symbols")]
    if any(type(flag) is not bool for flag in flags) or (optional and kind != "pictures"):
        raise ModelFileError(f"input is {fields.shown(record)}; expected true or false, and pictures")
    columns = described_columns(record["columns"], kind, shape) if described else ()
    cut = tuple(map(float, crop))
    return InputSpec(kind, tuple(shape), dtype, cut, keep_aspect, binary, columns, symbols)  # type: ignore[arg-type]


def _check_targets(targets: Mapping[str, Any], n_classes: int) -> None:
    for name, labels in targets.items():
        texts = isinstance(labels, list) and all(isinstance(label, str) and "\0" not in label for label in labels)
        if not texts or not labels or len(labels) != n_classes or max(map(len, labels)) * n_classes > LABELS_LIMIT:
            raise ModelFileError(
                f"target {fields.shown(name)} is {fields.shown(labels)}; expected a label for each class"
            )
    combinations = list(zip(*targets.values(), strict=True))
    if JOINT in targets or len(set(combinations)) < len(combinations):
        raise ModelFileError(f"targets name {JOINT!r}, or give two classes the same labels; expected neither")


def _classes(labels: object, later: bool) -> NDArray[Any]:
    """Labels; `later`: there may be none, for the answer is a number. Raises ModelFileError."""
    if later and labels == []:
        return np.zeros(0, np.str_)
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise ModelFileError(f"classes are {fields.shown(labels)}; expected a list of texts")
    if any(earlier >= later for earlier, later in itertools.pairwise(labels)):
        raise ModelFileError("classes are not in rising order, each once")
    if any("\0" in label for label in labels):
        raise ModelFileError("a class holds the character NUL")
    if len(labels) > CLASSES_LIMIT or len(labels) * max(map(len, labels)) > LABELS_LIMIT:
        raise ModelFileError(f"{len(labels)} classes of up to {max(map(len, labels))} letters are too many")
    return np.array(labels)
