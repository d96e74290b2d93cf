"""What else `discern text topics` does: numbers of topics compared, one text in colours, the sampler step by step."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..core import files
from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent, stage, steps
from ..core.options import Interval, TextOptions, raise_all
from ..core.seeds import derive
from ..core.topic_options import TopicOptions
from ..core.views import Record
from ..data.texts import Texts, read_texts
from ..evaluate import held_out
from ..evaluate.coherence import coherence, count_windows
from ..evaluate.matching import flow, stability, top_words
from ..evaluate.topic_cards import Example, relevant, word_times
from ..evaluate.topic_comparison import Level, TopicComparison
from ..models import gibbs
from ..models import topics as model_of
from ..models.bags import Bag, encode, prepare
from ..models.codecs.topics import Saved
from ..models.gibbs import Step
from ..models.topics import TopicModel, fold_in
from ..report import topics_compared
from ..store import outputs
from ..store import topics as store
from ..text.split import words
from .topic_examples import pieces
from .topics import QUICK, bag_of, preparation

STEPS_AT_MOST = 100_000
FEW_WORDS = 100_000
RESULT = "comparison.json"
OWN = (RESULT, *topics_compared.BESIDE)
TITLE = 3


def compare_topics(
    source: str | Path,
    numbers: tuple[int, ...],
    options: TopicOptions | None = None,
    *,
    out: str | Path,
    text: TextOptions | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> TopicComparison:
    """Fit several numbers of topics; write what is gained and how topics split into the folder `out`."""
    options = options or TopicOptions()
    raise_all(options.problems())
    folder = outputs.checked_folder(out, [source], OWN, force=force)
    texts = _texts(source, text, stdin, on_event)
    bag = bag_of(texts, options)
    learned, kept_out = held_out.divide(bag.n_texts)
    for number in numbers:
        model_of.refuse_too_many(bag.take(learned), number)
    models: list[TopicModel] = []
    measured, completed = [], []
    for done, number in enumerate(numbers):
        stage(on_event, f"{number} topics")
        fits = model_of.restarts(bag, number, seed=options.seed, n=options.restarts)
        best = fits[0].model
        order = np.argsort(-fold_in(best, bag)[bag.lengths > 0].mean(axis=0), kind="stable")
        models.append(best.only(order))
        _, coherent = coherence(count_windows(bag, top_words(best)), seed=options.seed)
        measured.append((coherent, stability(best, [fit.model for fit in fits[1:]])[1]))
        seed = derive(options.seed, "held out", number)
        part = model_of.fit(bag.take(learned), number, seed=seed, iterations=QUICK)
        completed.append(held_out.completion(part.model, bag.take(kept_out)))
        steps(on_event, "numbers of topics", done + 1, len(numbers))
    levels = [
        _level(model, bag, *figures, *held)
        for model, figures, held in zip(models, measured, held_out.figures(completed), strict=True)
    ]
    flows = [_whole(flow(a, b, bag) * len(bag.ids)) for a, b in itertools.pairwise(models)]
    result = TopicComparison(texts.name, texts.n, len(bag.ids), options.seed, tuple(levels), tuple(flows))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in topics_compared.beside(result).items():
        files.write_text(folder / name, content)
    files.write_json(folder / RESULT, result.to_json())
    return result


def colour_text(
    run: str | Path,
    source: str | Path,
    item: str,
    *,
    text: TextOptions | None = None,
    stdin: Iterable[str] | None = None,
    on_event: Listener = silent,
) -> tuple[Saved, Example]:
    """One text of `source` cut into pieces with their topics, by a run's model. `item` names it, such as `line 12`."""
    saved = store.load(run)
    texts = _texts(source, text, stdin, on_event)
    rows = [row for row, name in enumerate(texts.items.to_list()) if name == item]
    if not rows:
        near = ", ".join(map(str, texts.items.head(3).to_list()))
        raise DataError(f"--show {item!r}: no text has this name; they are called {near}, ...")
    one = texts.texts.gather(rows)
    bag = encode(words(one), saved.model.vocabulary, saved.preparation)
    shares = fold_in(saved.model, bag)[0]
    return saved, Example(item, float(shares.max()), pieces(saved, str(one[0]), shares))


@dataclass(frozen=True)
class Demonstration(Record):
    """The sampler at its start; `steps` moves it on."""

    chain: gibbs.Chain
    items: tuple[str, ...]
    verdict: str

    def steps(self) -> Iterator[Step]:
        return self.chain.steps()


def step_topics(
    source: str | Path,
    n_topics: int,
    *,
    seed: int = 0,
    options: TopicOptions | None = None,
    text: TextOptions | None = None,
    stdin: Iterable[str] | None = None,
    on_event: Listener = silent,
) -> Demonstration:
    """The sampler of topics, to be followed assignment by assignment. Raises DataError for more than a small file."""
    raise_all([Interval(2, 20, whole=True).problem("--topics", n_topics)])
    texts = _texts(source, text, stdin, on_event)
    how = replace(preparation(options or TopicOptions()), floor=1, ceiling=1.0)
    bag = prepare(words(texts.texts), how)
    if len(bag.ids) > FEW_WORDS:
        raise DataError(
            describe(texts.name, found=f"{len(bag.ids):,} words", expected=f"at most {FEW_WORDS:,} to step through",
                     do="give a small file")
        )  # fmt: skip
    chain = gibbs.start(bag, n_topics, seed=seed)
    verdict = (
        f"{texts.n:,} texts with {len(bag.ids):,} words are a demonstration: too few for a verdict on what topics mean."
        if texts.n < 100
        else "This shows how topics come about; `discern text topics` without --step says what they are worth."
    )
    return Demonstration(chain, tuple(map(str, texts.items.to_list())), verdict)


def check_steps(number: int) -> None:
    """Raise OptionError unless so many assignments can be shown."""
    raise_all([Interval(1, STEPS_AT_MOST, whole=True).problem("--step", number)])


def _texts(source: str | Path, options: TextOptions | None, stdin: Iterable[str] | None, on_event: Listener) -> Texts:
    """The texts, their notes said."""
    texts = read_texts(source, options, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    return texts


def _level(model: TopicModel, bag: Bag, *figures: object) -> Level:
    times = word_times(model, bag, fold_in(model, bag))
    titles = (
        ", ".join(word.word for word in relevant(model, times, topic, n=TITLE)) for topic in range(model.n_topics)
    )
    return Level(tuple(titles), tuple(round(float(size)) for size in times.sum(axis=1)), *figures)  # type: ignore[arg-type]


def _whole(flowing: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(round(float(n)) for n in row) for row in flowing)
