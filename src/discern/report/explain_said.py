"""What matters for a model of a table, and how, in words: the verdict, a sentence a column, and text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.records import Figure
from ..explain.coefficients import Coefficient
from ..explain.contributions import Contributions, Part
from ..explain.permutation import Importance
from ..explain.picture import PictureExplanation, PicturesExplained
from ..explain.straightness import BENDS, NOT_SHOWN, NOT_TESTED, STRAIGHT, TURNS, Effect
from ..explain.table import TableExplanation
from ..explain.words import TextExplanation, TextsExplained
from . import text_reasons, words
from .differences import p_value
from .line_words import between, number
from .picture_reasons import one_text, whole_text
from .text import table, wrapped
from .visible import shorten, visible

NAMED = 4
ROWS = 15
EFFECTS = ("column", "its effect", "p of a bend", "p of an effect")
CAUSE = (
    "All of this is about what goes together in these rows. That changing a column would change anything in the world "
    "is not shown by it: for that, something has to be changed, and what follows has to be measured."
)
UNEVEN = "so its intervals are too narrow at one end and too wide at the other"


def name(text: str) -> str:
    """A column's name in a sentence."""
    return f"“{shorten(visible(text), 40)}”"


def names(columns: Sequence[str], most: int = NAMED) -> str:
    """`“a”, “b” and 3 more`."""
    found = [name(one) for one in columns]
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def verdict(found: TableExplanation) -> list[str]:
    """What matters, what is not shown to, what turns; the most important first."""
    return [*matters(found), *turns(found), *grouped(found)]


def matters(found: TableExplanation) -> list[str]:
    """What the model leans on, and what is not shown to matter."""
    if found.importances is None:
        return ["What matters could not be measured: the rows are too few to hold some back."]
    shown = [one.columns[0] for one in found.importances.columns if one.shown]
    rest = [one.columns[0] for one in found.importances.columns if not one.shown]
    said = []
    if shown:
        said.append(f"{_capital(names(shown, 6))} matter to the model for {name(found.target)}, the first one most.")
        if len(shown) == 1:
            said = [f"{_capital(name(shown[0]))} matters to the model for {name(found.target)}."]
    else:
        n = words.count(found.importances.n_items, "row")
        said.append(f"No single column is shown to matter, by {n} held back from learning.")
    if rest and shown:
        said.append(f"Not shown to matter: {names(rest, 8)}.")
    return said


def grouped(found: TableExplanation) -> list[str]:
    """Columns of which none is shown alone, but all together are."""
    if found.importances is None:
        return []
    shown = {one.columns[0] for one in found.importances.columns if one.shown}
    hidden = [one for one in found.importances.groups if one.shown and not shown & set(one.columns)]
    return [
        f"{_capital(names(one.columns, 6))} matter together, though none is shown to alone: "
        "each stands in for the others."
        for one in hidden[:3]
    ]


def turns(found: TableExplanation) -> list[str]:
    """Each column that turns or bends."""
    bent = [one for one in found.straightness.effects if one.verdict in (TURNS, BENDS)]
    bent.sort(key=lambda one: (one.verdict != TURNS, one.bend.value or 0.0, one.column))
    said = [effect_sentence(one, outcome(found)) for one in bent[:6]]
    return said + ([f"{len(bent) - 6} more columns bend; the table names them."] if len(bent) > 6 else [])


def outcome(found: TableExplanation) -> str:
    """What rises or falls with a column."""
    if found.task == "regression":
        return name(found.target)
    answer = found.straightness.answer
    return f"the chance of {name(answer)}" if answer else f"the chance of each {found.target}"


def by_clearness(found: TableExplanation) -> list[Effect]:
    """What turns, bends, is straight, is not shown; the clearest first in each."""
    order = (TURNS, BENDS, STRAIGHT, NOT_SHOWN, NOT_TESTED)
    none = 1.0

    def rank(one: Effect) -> tuple[int, float, float]:
        bend, effect = (none if figure.value is None else figure.value for figure in (one.bend, one.effect))
        return order.index(one.verdict), bend if one.verdict in (TURNS, BENDS) else effect, bend

    return sorted(found.straightness.effects, key=rank)


def effect_sentence(one: Effect, what: str) -> str:
    """How the answer goes with one column, in a sentence."""
    column = _capital(name(one.column))
    if one.verdict == TURNS:
        first, then = ("rises", "falls") if one.top else ("falls", "rises")
        where = f"{number(one.turn.value)} ({between(one.turn)})"
        return f"{column} turns: {what} {first} with it up to {where}, and {then} beyond."
    if one.verdict == BENDS:
        return f"{column} bends: {_bend(one, what)}."
    if one.verdict == STRAIGHT:
        return f"{column} is straight: {what} {_way(one.start)} with it, and no bend is shown."
    if one.verdict == NOT_SHOWN:
        return f"{column}: no effect is shown beside the other columns."
    return f"{column} was not tested: {one.reason}."


def _bend(one: Effect, what: str) -> str:
    if one.start.value is None or one.end.value is None:
        return f"{what} does not change with it by the same amount everywhere"
    start, end = _clear(one.start), _clear(one.end)
    first, last = _way(one.start), _way(one.end)
    if start and end and first == last:
        if not _apart(one.start, one.end):
            return f"{what} {first} with it, steeper in the middle or at the ends"
        more = "more slowly" if abs(one.start.value) > abs(one.end.value) else "more steeply"
        return f"{what} {first} with it, ever {more}"
    if start and not end:
        return f"{what} {first} with it at first and levels off"
    if end and not start:
        return f"{what} hardly changes with it at first and then {last}"
    if start and end:
        return f"{what} {first} with it at first and {last} at the end, but where it turns is not clear"
    return f"{what} does not change with it by the same amount everywhere"


def _clear(figure: Figure) -> bool:
    return figure.low is not None and figure.high is not None and (figure.low > 0 or figure.high < 0)


def _apart(one: Figure, other: Figure) -> bool:
    """Whether the intervals of two slopes do not meet."""
    if None in (one.low, one.high, other.low, other.high):
        return False
    return bool(one.low > other.high or other.low > one.high)  # type: ignore[operator]


def _way(figure: Figure) -> str:
    return "rises" if (figure.value or 0.0) > 0 else "falls"


def shape(one: Effect) -> str:
    """The verdict in one word or two, for a table."""
    return {TURNS: f"turns at {number(one.turn.value)}", NOT_TESTED: "not tested"}.get(one.verdict, one.verdict)


def loss(one: Importance, task: str) -> str:
    """What exchanging a column costs."""
    if one.loss.value is None:
        return "–"
    return f"{_tenth(one.loss.value)} %" if task == "regression" else number(one.loss.value, 3)


def loss_range(one: Importance, task: str) -> str:
    if one.loss.low is None or one.loss.high is None:
        return ""
    ends = (one.loss.low, one.loss.high)
    text = [_tenth(end) if task == "regression" else number(end, 3) for end in ends]
    return " to ".join(text) + (" %" if task == "regression" else "")


def plain(one: Importance, task: str) -> str:
    """The same in plain terms."""
    if one.plain.value is None:
        return "–"
    return number(one.plain.value, 3) if task == "regression" else _tenth(one.plain.value)


def _tenth(share: float) -> str:
    """Per cent with one decimal, never `−0.0`."""
    text = f"{100 * share:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def shown(one: Importance | Coefficient) -> str:
    return "shown" if one.shown else "not shown"


Explanation = (
    TableExplanation | Contributions | PictureExplanation | PicturesExplained | TextExplanation | TextsExplained
)


def explained_text(found: Explanation, *, width: int | None = None) -> str:
    """Whatever `explain` found, for a terminal."""
    if isinstance(found, TextExplanation):
        return text_reasons.one_text(found)
    if isinstance(found, TextsExplained):
        return text_reasons.whole_text(found)
    if isinstance(found, PictureExplanation):
        return one_text(found)
    if isinstance(found, PicturesExplained):
        return whole_text(found)
    if isinstance(found, Contributions):
        return contributions_text(found, width=width)
    return explanation_text(found, width=width)


def explanation_text(found: TableExplanation, *, width: int | None = None) -> str:
    """The whole for a terminal."""
    parts = ["\n".join(wrapped(sentence, width=width) for sentence in verdict(found))]
    task = found.task
    if found.importances is not None:
        header = ("exchanged", "off by more" if task == "regression" else "points of right answers", "lost",
                  "95 % range", "")  # fmt: skip
        rows = [(one.columns[0], plain(one, task), loss(one, task), loss_range(one, task), shown(one))
                for one in found.importances.columns[:ROWS]]  # fmt: skip
        rows += [(" + ".join(one.columns), plain(one, task), loss(one, task), loss_range(one, task), shown(one))
                 for one in found.importances.groups[:5]]  # fmt: skip
        parts.append("what the model leans on\n" + table(header, rows, width=width))
    effects = [(one.column, shape(one), p_value(one.bend), p_value(one.effect)) for one in by_clearness(found)]
    reasons = {one.reason for one in found.straightness.effects if one.verdict == NOT_TESTED}
    if effects and len(reasons) == 1 and all(one.verdict == NOT_TESTED for one in found.straightness.effects):
        parts.append(wrapped(f"straight or bent: not tested; {reasons.pop()}", width=width))
    elif effects:
        parts.append("straight, bent or turned\n" + table(EFFECTS, effects[:ROWS], width=width))
    elif found.straightness.reason:
        parts.append(wrapped(f"straight or bent: not tested; {found.straightness.reason}", width=width))
    if found.coefficients.rows:
        rows_of = found.coefficients.rows
        clearest = sorted(rows_of, key=lambda row: 2.0 if row.corrected.value is None else row.corrected.value)
        lines = [(one.term, number(one.estimate.value), between(one.robust), p_value(one.corrected),
                  one.untested or ("entangled" if one.entangled else "")) for one in clearest[:ROWS]]  # fmt: skip
        titles = ("column", "one more changes it by", "95 % range", "p", "")
        parts.append(f"{found.coefficients.model}, all others held fixed\n" + table(titles, lines, width=width))
        parts += [wrapped(sentence, width=width) for sentence in untested(found)]
    else:
        parts.append(wrapped(f"coefficients: none; {found.coefficients.reason}", width=width))
    if found.influence is not None and not found.influence.reason:
        parts.append("\n".join(wrapped(sentence, width=width) for sentence in pulling(found)))
    notes = [*found.notes, CAUSE]
    return "\n\n".join([*parts, "\n".join(wrapped(note, width=width) for note in notes)])


def untested(found: TableExplanation) -> list[str]:
    """The coefficients that rest on too few rows for a test, in a sentence; none where there are none."""
    few = {row.term: row.untested for row in found.coefficients.rows if row.untested}
    if not few:
        return []
    said = [f"{name(term)} ({why})" for term, why in few.items()][:ROWS]
    return [f"Fitted, but not tested: {', '.join(said)}{f' and {len(few) - ROWS} more' if len(few) > ROWS else ''}."]


def pulling(found: TableExplanation) -> list[str]:
    """Outliers and influential rows, in sentences."""
    said = []
    pull = found.influence
    if found.leftovers is not None and found.leftovers.uneven:
        how = "grow" if found.leftovers.wider else "shrink"
        said.append(f"The model's errors {how} with its answer (p {_p(found.leftovers.grows)}), {UNEVEN}.")
    if pull is None or pull.reason:
        return said
    if pull.n_outliers:
        items = ", ".join(visible(one.item) for one in pull.outliers[:5])
        more = f" and {pull.n_outliers - 5} more" if pull.n_outliers > 5 else ""
        said.append(f"{words.count(pull.n_outliers, 'row')} far from what the others say: {items}{more}.")
    else:
        said.append("No row is shown to be far from what the others say.")
    if pull.influential:
        one = pull.influential[0]
        said.append(
            f"{words.count(pull.n_influential, 'row')} would change the coefficients much if left out; most of all "
            f"{visible(one.item)}: that of {name(one.moved)} would go from {number(one.before)} to {number(one.after)}."
        )
    else:
        said.append("No single row changes the coefficients much.")
    return said


def contributions_text(found: Contributions, *, width: int | None = None) -> str:
    """Why one answer, for a terminal."""
    rows = [(part.column, shorten(part.value, 30), signed(part.adds.value), between(part.adds)) for part in found.parts]
    header = ("column", "here", "adds", "95 % range" if any(part.adds.low is not None for part in found.parts) else "")
    shown_rows = rows[:ROWS]
    rest = sum(part.adds.value or 0.0 for part in found.parts[ROWS:])
    if len(rows) > ROWS:
        shown_rows.append((f"({len(rows) - ROWS} other columns)", "", signed(rest), ""))
    return "\n\n".join([
        "\n".join(wrapped(sentence, width=width) for sentence in answer_sentences(found)),
        table(header, shown_rows, width=width),
        wrapped(f"{found.way} {CAUSE}", width=width),
    ])  # fmt: skip


def answer_sentences(found: Contributions) -> list[str]:
    """The answer, the mean answer, and what makes the difference."""
    item, target = visible(found.item), name(found.target)
    what = f"the probability of {name(found.answer)}" if found.answer else target
    value = number(found.prediction.value)
    spread = between(found.prediction)
    first = f"{item}: the model answers {value}{f' ({spread})' if spread else ''} for {target}."
    if found.answer:
        first = f"{item}: {target} is {name(found.answer)}, with a probability of {value}."
    pushes = [part for part in found.parts if part.adds.value][:3]
    said = [first, f"For rows like those it learned from, {what} is {number(found.base.value)} on average."]
    if pushes:
        said.append(f"Most of the difference: {', '.join(map(_push, pushes))}.")
    return said


def _push(part: Part) -> str:
    does = "adds" if (part.adds.value or 0.0) > 0 else "takes"
    return f"{name(part.column)} ({shorten(visible(part.value), 24)}) {does} {number(abs(part.adds.value or 0.0))}"


def signed(value: float | None) -> str:
    """`+1.2` or `−0.3`."""
    text = number(value)
    return f"+{text}" if value is not None and value > 0 and text != "0" else text


def _p(figure: Figure) -> str:
    text = p_value(figure)
    return text if text.startswith("under") else f"= {text}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
