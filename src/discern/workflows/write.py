"""`discern series write`: learn a style from a text, measure what was learned, and write in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ..core import files, threads
from ..core.errors import MissingDependency, OutputError, describe
from ..core.events import Listener, note, silent, stage
from ..core.optional import available
from ..core.options import Interval, raise_all
from ..core.views import Record
from ..data.passages import Passages, codes, read_passages
from ..evaluate import writing as measuring
from ..evaluate.writing import Sample, Writing
from ..models.codecs import writer as codec
from ..models.writer import Writer, check_prompt, from_weights
from ..report import write_page
from ..store import model_folder, outputs
from ..store.run_folder import check_apart, free_path

RUNS = Path("runs")
RESULT, CHECKPOINTS = "writing.json", "checkpoints"
COMMAND = "`discern series write`"
OWN = (RESULT, model_folder.MODEL, model_folder.ARRAYS, CHECKPOINTS, *write_page.BESIDE)
WIDTHS = ((300_000, 512), (60_000, 256), (0, 128))
"""Units of the layer, by the characters that are learned from: a short text is soon known by heart."""
SEEN = 10_000_000
"""Characters that pass by while learning, where nothing is said: as many epochs as that takes."""
EPOCHS = Interval(1, 10_000, whole=True)
LENGTH = Interval(1, 1_000_000, whole=True)
TEMPERATURE = Interval(0.05, 5)
TEMPERATURES = (0.5, 0.8, 1.0)
"""Of the samples that a page shows."""
SAMPLE = 600
ALONG = 480
"""Characters along which a page shows memory."""
STREAMS, STRETCH, DROPOUT, RATE, DECAY = 64, 64, 0.5, 0.04, 0.01


@dataclass(frozen=True)
class WriteRun(Record):
    """A writer, what it came to, and the folder that holds both."""

    result: Writing
    writer: Writer
    folder: Path


def learn_to_write(
    source: str | Path,
    *,
    out: str | Path | None = None,
    epochs: int | None = None,
    budget: float | None = None,
    prompt: str = "\n",
    seed: int = 0,
    encoding: str | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> WriteRun:
    """Learn the style of a text file, or of a folder of them, into the folder `out` (default: `runs/<name>`).

    `budget` is seconds, from which the number of `epochs` follows; one of them at most. Asked again after it was
    killed, it goes on where it was. Raises OptionError, DataError, OutputError, RunError, MissingDependency.
    """
    raise_all(
        [
            None if epochs is None else EPOCHS.problem("--epochs", epochs),
            None if budget is None else Interval(0, 10_000_000, open_low=True).problem("--budget", budget),
            "--budget and --epochs were both given; expected one of them" if budget and epochs else None,
        ]
    )
    if not available("torch"):
        raise MissingDependency(
            "learning to write needs torch, which is not installed; pip install 'discern-ml[torch]'"
        )
    threads.set_budget()
    stage(on_event, "reading")
    found = read_passages(source, encoding)
    check_prompt(prompt, found.alphabet)
    folder = _place(out, source, found.name, force)
    for said in found.notes:
        note(on_event, said)
    stage(on_event, f"learning from {sum(map(len, found.train)):,} characters")
    writer, history, best = _learned(found, folder / CHECKPOINTS, epochs, budget, seed, on_event)
    stage(on_event, "measuring on what was held back")
    order = measuring.baseline_order(found)
    bits, baseline, saved = measuring.held_back_bits(writer, found, order, seed)
    along = found.test[0][:ALONG]
    result = Writing(
        name=found.name, n_characters=found.n, n_learned=sum(map(len, found.train)), n_alphabet=len(found.alphabet),
        width=writer.width, depth=len(writer.layers), best_epoch=best, seed=seed, bits=bits, baseline=baseline,
        order=order, saved=saved, history=history, samples=_samples(writer, found, prompt, seed), along=along,
        units=measuring.units(writer, found.test, along), notes=found.notes,
    )  # fmt: skip
    model_folder.save(folder, *codec.encode(writer))
    for name, content in write_page.beside(result, writer.memory(along)).items():
        files.write_text(folder / name, content)
    files.write_json(folder / RESULT, result.to_json())
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    return WriteRun(result, writer, folder)


def write(
    run: str | Path,
    *,
    length: int = SAMPLE,
    prompt: str = "\n",
    temperature: float = 1.0,
    seed: int = 0,
    out: str | Path | None = None,
    force: bool = False,
) -> str:
    """`length` characters in the style that a run learned, after `prompt`; without torch.

    `temperature` below 1 keeps to what is likely, above 1 dares more. Raises OptionError, RunError, ModelFileError.
    """
    raise_all([LENGTH.problem("--length", length), TEMPERATURE.problem("--temperature", temperature)])
    target = None if out is None else outputs.checked("-o", out, inputs=(run,), endings=(".txt",), force=force)
    writer = load_writer(run)
    text = prompt.lstrip("\n") + writer.write(length, prompt=prompt, temperature=temperature, seed=seed)
    if target is not None:
        files.write_text(target, text)
    return text


def load_writer(run: str | Path) -> Writer:
    """Raises RunError for a folder without a writer, ModelFileError for what is damaged."""
    return model_folder.load(run, COMMAND, codec.refuse_newer, codec.decode)


def is_writer(path: str | Path) -> bool:
    """Whether a path is a folder that `learn_to_write` wrote."""
    return (Path(path) / model_folder.MODEL).is_file()


def _learned(
    found: Passages, checkpoints: Path, epochs: int | None, budget: float | None, seed: int, on_event: Listener
) -> tuple[Writer, tuple[dict[str, float], ...], int]:
    from ..fit import precision, writing  # torch, which writing alone does without

    train, *validation = (codes(one, found.alphabet) for one in ("".join(found.train), *found.validation))
    n, n_characters = len(train), len(found.alphabet)
    width = next(width for least, width in WIDTHS if n >= least)
    streams = max(1, min(STREAMS, n // (8 * STRETCH)))
    plan = writing.Plan(
        width, 1, DROPOUT, streams, STRETCH, epochs or max(1, round(SEEN / max(n, 200_000))), RATE, DECAY, seed,
        precision.resolve("auto"),
    )  # fmt: skip
    if budget is not None:
        plan = writing.with_epochs(plan, train, n_characters, budget, checkpoints)
        note(on_event, f"{plan.epochs} epochs, from the time that was given")
    learned = writing.fit(train, validation, n_characters, plan, checkpoints=checkpoints, on_event=on_event)
    return from_weights(found.alphabet, learned.weights), learned.history, learned.best_epoch


def _samples(writer: Writer, found: Passages, prompt: str, seed: int) -> tuple[Sample, ...]:
    samples = []
    for temperature in TEMPERATURES:
        text = writer.write(SAMPLE, prompt=prompt, temperature=temperature, seed=seed)
        samples.append(Sample(temperature, prompt, text, measuring.repeated(text, found.train)))
    return tuple(samples)


def _place(out: str | Path | None, source: str | Path, name: str, force: bool) -> Path:
    """The folder to write into. Raises OutputError for one that holds other things, or a writer without `force`."""
    folder = free_path(RUNS, name) if out is None else Path(out)
    check_apart(folder, Path(source))
    if folder.exists() and not folder.is_dir():
        raise OutputError(describe(f"-o {out}", found="a file", expected="the name of a folder"))
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    if any(one not in OWN and not one.startswith(files.TEMPORARY) for one in present):
        raise OutputError(describe(f"-o {out}", found="a folder with other files", do="choose another -o"))
    ours = sorted(one for one in present if one in OWN)
    if ours and RESULT not in present and CHECKPOINTS not in present and not force:  # of no learning that was stopped
        raise OutputError(f"{folder}: it holds {ours[0]} already; choose another -o, or --force to replace it")
    if RESULT in present:
        if not force:
            raise OutputError(f"{folder}: it holds a writer already; choose another -o, or --force to replace it")
        for one in present:
            shutil.rmtree(folder / one) if (folder / one).is_dir() else (folder / one).unlink()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
