"""`discern text topics`: what a collection of texts is about, with a verdict on whether that is more than chance."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, OptionError, OutputError, describe
from ..core.events import Listener, note, silent, stage, steps
from ..core.options import TextOptions, raise_all, suggest
from ..core.records import Figure
from ..core.seeds import derive, generator
from ..core.topic_options import TopicOptions
from ..core.views import Record
from ..data.periods import periods
from ..data.tables_out import FORMATS, write_table
from ..data.texts import Texts, read_texts
from ..evaluate.coherence import coherence, count_windows
from ..evaluate.matching import match, stability, top_words
from ..evaluate.topic_cards import Breakdown, Candidate, Card, Topics, breakdown, measure, shuffled_stability
from ..models import topics as model_of
from ..models.bags import Bag, Preparation, encode, prepare
from ..models.codecs.topics import Saved
from ..models.topics import TopicModel, fold_in
from ..report import topics_page
from ..store import outputs
from ..store import topics as store
from ..text.split import words
from ..text.stops import stop_words
from .topic_examples import examples

QUICK = 150
"""Passes of the chains that are compared, not kept."""
CANDIDATES = (2, 3, 5, 7, 10, 15, 20, 30)
TEXTS_A_TOPIC = 10
"""Numbers that leave fewer texts a topic than this are not tried."""
MOST_VALUES = 40
NO_SIGNAL = "no signal"
OWN = (store.RESULT, store.MODEL, store.ARRAYS, "texts.csv", *topics_page.BESIDE)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class TopicRun(Record):
    """Topics that were found: the result, the model, and the folder that holds both."""

    result: Topics
    saved: Saved
    folder: Path


def topics(
    source: str | Path,
    options: TopicOptions | None = None,
    *,
    out: str | Path,
    text: TextOptions | None = None,
    after: str | Path | None = None,
    names: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> TopicRun:
    """Find the topics of `source` and write them into the folder `out`.

    `after` is an earlier folder of topics whose ids and names are carried on to the topics that match; `names` is a
    sheet with the columns `topic` and `name`. Raises OptionError, DataError, RunError, ModelFileError, OutputError.
    """
    options = options or TopicOptions()
    raise_all(options.problems())
    folder = outputs.checked_folder(out, [source], OWN, force=force)
    earlier = None if after is None else store.load(after)
    stage(on_event, "reading")
    texts = read_texts(source, text, stdin=stdin, on_event=on_event)
    columns = {name: texts.column(name) for name in (options.group, options.time) if name is not None}
    bag = bag_of(texts, options)
    if options.n_topics is not None:
        model_of.refuse_too_many(bag, options.n_topics)
    candidates = () if options.n_topics is not None else _candidates(bag, options.seed, on_event)
    n_topics = options.n_topics or next(one.n_topics for one in candidates if one.chosen)
    model, others = _fitted(bag, n_topics, options, on_event)
    shares = fold_in(model, bag)
    order = np.argsort(-shares[bag.lengths > 0].mean(axis=0), kind="stable")
    model, shares = model.only(order), shares[:, order]
    given = {} if names is None else _names(names)
    saved, gone = _identified(model, earlier, given, preparation(options))
    stage(on_event, "measuring")
    measured = measure(model, bag, shares, others, seed=options.seed)
    shown = examples(texts, saved, bag, shares)
    cards = tuple(
        Card(saved.ids[i], saved.names[i], measured.words[i], measured.n_texts[i], measured.shares[i],
             measured.coherences[i], measured.ps[i], measured.stabilities[i], shown[i])
        for i in range(n_topics)
    )  # fmt: skip
    filled = bag.lengths > 0
    result = Topics(
        name=texts.name, n_texts=texts.n, n_empty=int((~filled).sum()), n_words=len(bag.ids),
        n_different=len(bag.vocabulary), seed=options.seed, cards=cards, coherence=measured.coherence,
        chance=measured.chance, stability=measured.stability, shuffled=_shuffled(bag, n_topics, options.seed, on_event),
        places=measured.places, candidates=candidates,
        group=None if options.group is None else _by_group(options.group, columns[options.group], filled, shares),
        time=None if options.time is None else _by_time(options.time, columns[options.time], filled, shares),
        earlier="" if after is None else Path(after).name, gone=gone, notes=texts.notes,
    )  # fmt: skip
    _write(folder, result, saved, answers(texts.items, bag, saved, shares))
    return TopicRun(result, saved, folder)


def apply_topics(
    run: str | Path,
    source: str | Path,
    *,
    out: str | Path | None = None,
    text: TextOptions | None = None,
    stdin: Iterable[str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> pl.DataFrame:
    """The shares of a run's topics in other texts; a text without a word that the run knows has no signal."""
    saved = store.load(run)
    path = None if out is None else outputs.checked("-o", out, inputs=(source, run), endings=FORMATS, force=force)
    texts = read_texts(source, text, stdin=stdin, on_event=on_event)
    for sentence in texts.notes:
        note(on_event, sentence)
    bag = encode(words(texts.texts), saved.model.vocabulary, saved.preparation)
    found = answers(texts.items, bag, saved, fold_in(saved.model, bag))
    if path is not None:
        write_table(path, found)
    return found


def rename_topics(run: str | Path, names: str | Path) -> TopicRun:
    """Give the topics of a run the names of a sheet, and write its pages anew."""
    saved, result, folder = store.load(run), store.result(run), store.existing(run)
    given = _names(names)
    _refuse_unknown(given, saved.ids)
    called = tuple(given.get(identity, name) for identity, name in zip(saved.ids, saved.names, strict=True))
    saved = dataclasses.replace(saved, names=called)
    cards = (dataclasses.replace(card, name=given.get(card.id, card.name)) for card in result.cards)
    result = dataclasses.replace(result, cards=tuple(cards))
    _write(folder, result, saved, None)
    return TopicRun(result, saved, folder)


def answers(items: pl.Series, bag: Bag, saved: Saved, shares: Array) -> pl.DataFrame:
    """A row a text: `item`, `topic` (its largest), `name`, `words` (how many count), and the share of each topic."""
    filled = bag.lengths > 0
    largest = shares.argmax(axis=1)
    ids = [saved.ids[i] if known else NO_SIGNAL for i, known in zip(largest, filled, strict=True)]
    called = [saved.names[i] if known else "" for i, known in zip(largest, filled, strict=True)]
    table = {"item": items.to_list(), "topic": ids, "name": called, "words": bag.lengths}
    columns = {identity: np.where(filled, shares[:, i], np.nan) for i, identity in enumerate(saved.ids)}
    return pl.DataFrame({**table, **columns}).with_columns(pl.col(saved.ids).fill_nan(None))


def bag_of(texts: Texts, options: TopicOptions) -> Bag:
    """The texts in terms of the words that count."""
    return prepare(words(texts.texts), preparation(options))


def preparation(options: TopicOptions) -> Preparation:
    """How words are made ready."""
    return Preparation(tuple(sorted(stops_of(options))), lemmas=options.lemmas)


def stops_of(options: TopicOptions) -> frozenset[str]:
    """The words left out."""
    more = tuple(word.lower() for word in options.more_stop_words)
    if options.stop_words == "none":
        return frozenset(more)
    if Path(options.stop_words).is_file():
        return stop_words(add=more, file=options.stop_words)
    return stop_words(options.stop_words, add=more)


def _fitted(bag: Bag, n_topics: int, options: TopicOptions, on_event: Listener) -> tuple[TopicModel, list[TopicModel]]:
    """The best of several chains; and for stability the others, and fits to texts drawn again."""
    stage(on_event, f"{n_topics} topics")
    total = options.restarts + options.refits
    found = model_of.restarts(
        bag, n_topics, seed=options.seed, n=options.restarts, tell=lambda done: steps(on_event, "chains", done, total)
    )
    others = [fit.model for fit in found[1:]]
    draw = generator(options.seed, "texts drawn again")
    for number in range(options.refits):
        again = bag.take(np.sort(draw.integers(bag.n_texts, size=bag.n_texts)))
        if min(len(np.unique(again.ids)), int(np.count_nonzero(again.lengths))) >= n_topics:
            seed = derive(options.seed, "refit", number)
            others.append(model_of.fit(again, n_topics, seed=seed, iterations=QUICK).model)
        steps(on_event, "chains", options.restarts + number + 1, total)
    return found[0].model, others


def _shuffled(bag: Bag, n_topics: int, seed: int, on_event: Listener) -> Figure:
    """What stability comes to when the same words are shuffled over the texts: nothing is there to be found."""
    stage(on_event, "the same with shuffled words")
    ids = generator(seed, "shuffled words").permutation(bag.ids)
    mixed = Bag(bag.vocabulary, ids, bag.offsets)
    fits = [model_of.fit(mixed, n_topics, seed=derive(seed, "shuffled", i), iterations=QUICK).model for i in range(2)]
    return shuffled_stability(*fits)


def _candidates(bag: Bag, seed: int, on_event: Listener) -> tuple[Candidate, ...]:
    """Numbers of topics by coherence times stability, of two chains each; the best is chosen."""
    model_of.refuse_too_many(bag, 2)
    stage(on_event, "choosing the number of topics")
    most = min(len(bag.vocabulary) // 2, int(np.count_nonzero(bag.lengths)) // TEXTS_A_TOPIC)
    numbers = [n for n in CANDIDATES if n <= most] or [2]
    found: list[tuple[int, Figure, Figure]] = []
    for done, number in enumerate(numbers, 1):
        fits = [
            model_of.fit(bag, number, seed=derive(seed, "number", number, i), iterations=QUICK).model for i in range(3)
        ]
        _, coherent = coherence(count_windows(bag, top_words(fits[0])), seed=seed)
        _, stable = stability(fits[0], fits[1:])
        found.append((number, coherent, stable))
        steps(on_event, "numbers of topics", done, len(numbers))
    best = max(found, key=lambda one: (one[1].value or 0.0) * (one[2].value or 0.0))
    note(on_event, f"{best[0]} topics have the highest product of coherence and stability")
    return tuple(Candidate(number, a, b, number == best[0]) for number, a, b in found)


def _identified(
    model: TopicModel, earlier: Saved | None, given: dict[str, str], how: Preparation
) -> tuple[Saved, tuple[str, ...]]:
    """Permanent ids and names: those of an earlier run where topics match, new numbers otherwise."""
    matched = {} if earlier is None else match(model, earlier.model)
    following = 1 if earlier is None else earlier.next_id
    ids, names = [], []
    for topic in range(model.n_topics):
        if earlier is not None and topic in matched:
            ids.append(earlier.ids[matched[topic]])
            names.append(earlier.names[matched[topic]])
        else:
            ids.append(f"T{following}")
            names.append("")
            following += 1
    _refuse_unknown(given, ids)
    names = [given.get(identity, name) for identity, name in zip(ids, names, strict=True)]
    gone = () if earlier is None else tuple(identity for identity in earlier.ids if identity not in ids)
    return Saved(model, tuple(ids), tuple(names), following, how), gone


def _names(sheet: str | Path) -> dict[str, str]:
    """Topic -> name, from a sheet with the columns `topic` and `name`."""
    table = read_texts(sheet, TextOptions(text="name"))
    found = dict(zip(table.column("topic").to_list(), table.column("name").to_list(), strict=True))
    if len(found) < table.n:
        raise DataError(describe(str(sheet), found="a topic that stands twice", expected="each topic once"))
    return {str(topic).strip(): str(name or "").strip() for topic, name in found.items()}


def _refuse_unknown(given: dict[str, str], ids: Iterable[str]) -> None:
    known = list(ids)
    unknown = [topic for topic in given if topic not in known]
    if unknown:
        raise OptionError(
            f"--names names {unknown[0]!r}, which is no topic; expected one of {', '.join(known[:20])}"
            f"{suggest(unknown[0], known)}"
        )


def _by_group(name: str, cells: pl.Series, filled: NDArray[np.bool_], shares: Array) -> Breakdown:
    values = np.where(filled, np.array([str(cell or "") for cell in cells.to_list()], dtype=object), "")
    frequent = pl.Series(values.tolist(), dtype=pl.String).value_counts(sort=True, name="n").filter(pl.col("n") > 0)
    known = sorted((-n, value) for value, n in frequent.iter_rows() if value)
    if not known:
        raise DataError(f"--group {name}: every cell is empty; expected a value for each text")
    order = sorted(value for _, value in known[:MOST_VALUES])
    more = f"The {MOST_VALUES} most frequent of {len(known):,} values." if len(known) > MOST_VALUES else ""
    return breakdown(name, values.tolist(), order, shares, more)


def _by_time(name: str, cells: pl.Series, filled: NDArray[np.bool_], shares: Array) -> Breakdown:
    found = periods(name, cells)
    values = np.where(filled, np.array(found.values, dtype=object), "")
    order = [period for period in found.order if (values == period).any()]
    without = f"; {found.n_without:,} texts have no date" if found.n_without else ""
    return breakdown(name, values.tolist(), order, shares, f"By {found.step}{without}.")


def _write(folder: Path, result: Topics, saved: Saved, texts: pl.DataFrame | None) -> None:
    """Everything but the result, and then the result: a folder without it was not finished. Without `texts` each file
    is replaced where it stands, so that nothing is lost when that is stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    if texts is not None:
        for name in OWN:
            (folder / name).unlink(missing_ok=True)
        write_table(folder / "texts.csv", texts)
    store.save(folder, saved)
    for name, content in topics_page.beside(result).items():
        files.write_text(folder / name, content)
    store.save_result(folder, result)
    _check(folder, saved)


def _check(folder: Path, saved: Saved) -> None:
    """What was saved must be what was measured."""
    loaded: Any = store.load(folder)
    if loaded.ids != saved.ids or not np.array_equal(loaded.model.topic_word, saved.model.topic_word):
        raise OutputError(f"{folder}: the topics do not come back as they were written; is the disk sound?")
