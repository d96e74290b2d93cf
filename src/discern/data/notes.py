"""Made-up crime notes: what happened, how and where, by authors with habits of their own, with planted names.

Everything is invented by a small grammar (`note_words`), and every name, phone number, plate, postcode and e-mail
address that stands in a note is listed beside the notes, so that it can be counted what a redaction lets through.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from ..core.files import csv_text, write_text
from ..core.options import SEED, Interval, raise_all
from ..core.seeds import derive
from . import note_words as words
from .places import TOWNS
from .samples import written_whole

T = TypeVar("T")
NOTES = 2000
MOST = 1_000_000
"""Notes, at most."""
AUTHORS = 14
FIRST_DAY, DAYS = date(2023, 1, 2), 728
IN_SERIES = 0.05
"""Share of the notes that belong to a series of crimes with one mark of its own."""
HEADER = ("id", "date", "time", "place", "author", "type", "note")
PLANTED = ("id", "type", "text", "start", "end", "also_a_word")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SLOT = re.compile(r"\{(\w+)\}")
_CHANCE = re.compile(r"\(([^()]*\|[^()]*)\)")
_TENSE = re.compile(r"\[([^\[\]|]*)\|([^\[\]]*)\]")
_MARK = re.compile(r"(\x01\d+\x02)")
_WORD = re.compile(r"[a-z]{4,}")
_ARTICLE = re.compile(r"\b(?:the|a|an) (?=[a-z])")


@dataclass(frozen=True)
class Planted:
    """One thing in a note that could tell who is meant; `note[start:end]` is `text`."""

    type: str
    text: str
    start: int
    end: int
    also_a_word: bool


@dataclass(frozen=True)
class Note:
    id: str
    date: str
    time: str
    place: str
    author: str
    type: str
    note: str
    planted: tuple[Planted, ...]
    series: int | None
    """Which series of crimes it belongs to, if to any."""


@dataclass(frozen=True)
class _Author:
    """The habits of one author."""

    name: str
    past: bool
    letters: str
    """`upper`, `lower` or `sentence`."""
    terse: float
    """How often an article is left out."""
    join: str
    misspelt: float
    short: dict[str, str]
    more: float
    """How much more is told than the least."""
    name_form: int
    phone_form: int


class _Dice:
    """Chance from one seed; only `random()` is drawn, which is the same in every version of Python."""

    def __init__(self, seed: int, *purpose: str | int) -> None:
        self._random = random.Random(derive(seed, *purpose))

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def below(self, n: int) -> int:
        return int(self._random.random() * n)

    def one(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], n: int) -> list[T]:
        left = list(of)
        return [left.pop(self.below(len(left))) for _ in range(min(n, len(left)))]


def write_notes(folder: Path, n: int = NOTES, *, seed: int = 0, force: bool = False) -> int:
    """Write `n` notes into `folder` and return their number.

    `notes.csv` holds the notes, `planted.csv` every planted name, phone number, plate, postcode and e-mail address with
    its place in the note (characters, from 0), `series.csv` the notes that one offender would be thought to have done.
    The same seed gives the same bytes, and more notes begin with the same ones. Raises OptionError, OutputError.
    """
    raise_all([Interval(1, MOST, whole=True).problem("--n", n), SEED.problem("--seed", seed)])
    written_whole(folder, lambda staging: _write(staging, notes(n, seed=seed), seed), force=force)
    return n


def notes(n: int = NOTES, *, seed: int = 0) -> list[Note]:
    """The first `n` made-up notes of this seed."""
    authors = [_author(seed, index) for index in range(AUTHORS)]
    return [_note(seed, index, authors) for index in range(n)]


def _write(folder: Path, made: list[Note], seed: int) -> None:
    rows = ((one.id, one.date, one.time, one.place, one.author, one.type, one.note) for one in made)
    planted = (
        (one.id, it.type, it.text, it.start, it.end, "yes" if it.also_a_word else "no")
        for one in made
        for it in one.planted
    )
    series = ((one.id, f"S{one.series + 1:02d}", one.type) for one in made if one.series is not None)
    write_text(folder / "notes.csv", csv_text(HEADER, rows))
    write_text(folder / "planted.csv", csv_text(PLANTED, planted))
    write_text(folder / "series.csv", csv_text(("id", "series", "type"), series))
    write_text(folder / "README.md", README.format(n=len(made), seed=seed))


def _author(seed: int, index: int) -> _Author:
    dice = _Dice(seed, "author", index)
    letters = ("sentence", "sentence", "sentence", "upper", "sentence", "lower", "sentence")[index % 7]
    short = dice.some(tuple(words.SHORT), dice.one((0, 2, 4, 7))) + (["offender", "suspect"] if index % 3 == 0 else [])
    return _Author(
        name=f"K{101 + 7 * index + dice.below(7)}",
        past=index % 4 == 3,
        letters=letters,
        terse=dice.one((0.0, 0.0, 0.3, 0.8)),
        join=(". ", ". ", ", ", ". ", "; ", ". ", " - ", ". ", "\n", ", ")[index % 10],
        misspelt=dice.one((0.0, 0.01, 0.02, 0.05)),
        short={word: words.SHORT[word] for word in short},
        more=0.5 + dice.below(3),
        name_form=dice.below(4),
        phone_form=dice.below(3),
    )


def _note(seed: int, index: int, authors: list[_Author]) -> Note:
    dice = _Dice(seed, "note", index)
    author = authors[min(dice.below(AUTHORS), dice.below(AUTHORS))]  # some write much more than others
    series = dice.below(len(words.SERIES)) if dice.chance(IN_SERIES) else None
    kind = _kind(dice) if series is None else words.SERIES[series][0]
    _, hours, begins, goes_on = words.TYPES[kind]
    day, hour = FIRST_DAY + timedelta(days=dice.below(DAYS)), dice.one(hours)
    place = TOWNS[min(dice.below(len(TOWNS)), dice.below(len(TOWNS)))]
    writer = _Writer(dice, author, place, day, hour)
    parts = [dice.one(begins)]
    if dice.chance(0.2):
        parts[0] = "{between} " + parts[0]
    if dice.chance(0.15):
        parts[0] = dice.one(("MO ", "MO: ", "IP reports ", "report that ", "call received, ")) + parts[0]
    told = dice.some(goes_on, 1 + dice.below(1 + round(author.more)))
    parts += sorted(told, key=goes_on.index)
    if series is not None:
        parts.append(words.SERIES[series][1])
    parts += dice.some(words.ENDINGS, dice.below(2 + round(author.more)))
    text, planted = writer.write(parts)
    time = f"{hour:02d}:{5 * dice.below(12):02d}"
    return Note(f"N{index + 1:06d}", day.isoformat(), time, place, author.name, kind, text, planted, series)


def _kind(dice: _Dice) -> str:
    """A type of crime, the frequent ones more often."""
    ticket = dice.below(sum(kind[0] for kind in words.TYPES.values()))
    for name, (frequency, *_) in words.TYPES.items():
        ticket -= frequency
        if ticket < 0:
            return name
    raise AssertionError("the frequencies cover every ticket")


@dataclass
class _Writer:
    """Turns sentences with slots into one note; what is planted is kept apart until the text stands."""

    dice: _Dice
    author: _Author
    town: str
    day: date
    hour: int
    people: list[tuple[str, str]] = field(default_factory=list)
    planted: list[tuple[str, str, bool]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    """What filled a slot: mostly the same person and thing is meant all through a note."""

    def write(self, parts: list[str]) -> tuple[str, tuple[Planted, ...]]:
        sentences = [self._styled(self._filled(part)) for part in parts]
        new_sentence = self.author.join not in (", ", "; ", " - ")
        if self.author.letters == "sentence":
            sentences = [s[0].upper() + s[1:] if i == 0 or new_sentence else s for i, s in enumerate(sentences)]
        text = self.author.join.join(sentences)
        text += "." if self.author.join != " - " and self.author.terse < 0.5 else ""
        whole, found = "", []
        for piece in _MARK.split(text):
            if not piece.startswith("\x01"):
                whole += self._cased(piece)
                continue
            kind, planted, also = self.planted[int(piece[1:-1])]
            planted = planted.upper() if self.author.letters == "upper" else planted
            found.append(Planted(kind, planted, len(whole), len(whole) + len(planted), also))
            whole += planted
        return whole, tuple(found)

    def _cased(self, piece: str) -> str:
        letters = self.author.letters
        return piece.upper() if letters == "upper" else piece.lower() if letters == "lower" else piece

    def _filled(self, text: str) -> str:
        """Chance first, so that nothing is planted in a branch that is not taken; then slots; then the tense."""
        text = _CHANCE.sub(lambda found: self.dice.one(found[1].split("|")), text)
        text = _SLOT.sub(lambda found: self._slot(found[1]), text)
        return re.sub(" +", " ", _TENSE.sub(lambda found: found[2] if self.author.past else found[1], text)).strip()

    def _slot(self, name: str) -> str:
        if name in words.SLOTS:
            if name in words.KEPT and name in self.kept and self.dice.chance(0.85):
                return self.kept[name]
            self.kept[name] = self._filled(self.dice.one(words.SLOTS[name]))
            return self.kept[name]
        text, also = getattr(self, f"_{name.lower()}")(), False
        if name not in ("NAME", "PHONE", "PLATE", "POSTCODE", "EMAIL"):
            return str(text)
        if name == "NAME":
            also = any(part.capitalize() in words.WORDS_TOO for part in re.findall(r"\w+", text))
        self.planted.append((name, text, also))
        return f"\x01{len(self.planted) - 1}\x02"

    def _styled(self, text: str) -> str:
        """The author's abbreviations, missing articles and misspellings; what is planted is left as it is."""
        return "".join(piece if piece.startswith("\x01") else self._worn(piece) for piece in _MARK.split(text))

    def _worn(self, piece: str) -> str:
        author, dice = self.author, self.dice
        for long, short in author.short.items():
            piece = re.sub(rf"\b{long}\b", short, piece)
        if author.terse:
            piece = _ARTICLE.sub(lambda found: "" if dice.chance(author.terse) else found[0], piece)
        if author.misspelt:
            piece = _WORD.sub(lambda found: self._misspelt(found[0]), piece)
        return piece

    def _misspelt(self, word: str) -> str:
        if word in words.MISSPELT:
            return words.MISSPELT[word] if self.dice.chance(6 * self.author.misspelt) else word
        if not self.dice.chance(self.author.misspelt / 2):
            return word
        at = 1 + self.dice.below(len(word) - 2)
        return self.dice.one((
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ))  # fmt: skip

    def _name(self) -> str:
        """A person: one of the note again in a short form, or a new one."""
        if self.people and self.dice.chance(0.35):
            first, last = self.dice.one(self.people)
            return self.dice.one((first, last, f"{first} {last}"))
        first, last = self.dice.one(words.FIRST_NAMES), self.dice.one(words.SURNAMES)
        self.people.append((first, last))
        return (f"{first} {last}", f"{first} {last.upper()}", f"{last.upper()} {first}", f"{first} {last}")[
            self.author.name_form
        ]

    def _phone(self) -> str:
        """A number that Ofcom keeps free for drama, spaced as the author does."""
        code, start = self.dice.one((("07700", "900"),) * 7 + (("01632", "960"), ("0113", "4960")))
        digits = f"{self.dice.below(1000):03d}"
        return (f"{code} {start}{digits}", f"{code}{start}{digits}", f"+44 {code[1:]} {start}{digits}")[
            self.author.phone_form
        ]

    def _plate(self) -> str:
        """A number plate that cannot be: its first letter has never been given out."""
        letters = "ABCDEFGHJKLMNOPRSTUVWXY"
        tail = "".join(self.dice.one(tuple(letters)) for _ in range(3))
        gap = " " if self.dice.chance(0.8) else ""
        year = self.dice.one(("12", "15", "19", "21", "23", "58", "64", "67", "70", "73"))
        return f"{self.dice.one(tuple('TUJ'))}{self.dice.one(tuple(letters))}{year}{gap}{tail}"

    def _postcode(self) -> str:
        """A postcode of an area that there is not, KB."""
        inward = self.dice.one(tuple("ABDEFGHJLNPQRSTUWXYZ")) + self.dice.one(tuple("ABDEFGHJLNPQRSTUWXYZ"))
        return f"KB{1 + self.dice.below(20)} {1 + self.dice.below(9)}{inward}"

    def _email(self) -> str:
        first, last = self.people[-1] if self.people and self.dice.chance(0.6) else (
            self.dice.one(words.FIRST_NAMES), self.dice.one(words.SURNAMES))  # fmt: skip
        user = self.dice.one((f"{first}.{last}", f"{first[0]}{last}{self.dice.below(90) + 10}", f"{last}_{first}"))
        return f"{user.lower()}@{self.dice.one(('example.com', 'example.org', 'mail.example.net'))}"

    def _town(self) -> str:
        return self.town

    def _house(self) -> str:
        return str(1 + self.dice.below(180))

    def _n9(self) -> str:
        return str(1 + self.dice.below(9))

    def _hh(self) -> str:
        return f"{(self.hour - self.dice.below(2)) % 24:02d}"

    def _later(self) -> str:
        return f"{(self.hour + 1 + self.dice.below(2)) % 24:02d}"

    def _m5(self) -> str:
        return f"{5 * self.dice.below(12):02d}"

    def _day(self) -> str:
        return WEEKDAYS[self.day.weekday()] if self.dice.chance(0.6) else f"{self.day.day}/{self.day.month}"

    def _shortdate(self) -> str:
        return f"{self.day:%d/%m/%Y}" if self.dice.chance(0.6) else f"{self.day:%d.%m.%y}"


README = """# Made-up crime notes

Nothing here happened and nobody here exists. The {n:,} notes were written by a small grammar
(`discern sample notes`, seed {seed}), so that redaction, search, topics and maps can be tried without real data.

- `notes.csv`: id, date, time, place (a town of a made-up island), author, type (the modus operandi), note.
- `planted.csv`: every name, phone number, plate, postcode and e-mail address in the notes, with the note's id and its
  place in the note (characters counted from 0; `end` is not part of it). `also_a_word` says that a part of the name is
  an everyday word, such as Mark or Will. Nothing else that identifies was planted; dates, times, amounts of money,
  streets and towns stand in the notes but are not listed.
- `series.csv`: notes of one series, which one offender would be thought to have done.

Phone numbers are from the ranges that Ofcom keeps free for drama, plates begin with letters that were never given out,
the postcode area KB does not exist, and addresses end in `example`. Spelling mistakes and abbreviations are meant.
What is measured here shows that a tool works as described; it is no figure for real notes, which are far more varied.
"""
