"""Nothing that is not on the list comes through, however it is written; proposals and counts are right."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from discern.data.notes import notes
from discern.text import suggest as suggesting
from discern.text.names import ALSO_WORDS, GIVEN, PLACES, SURNAMES, is_also_word, is_name, is_place
from discern.text.redact import MARKS, Whitelist, not_words, redact, whitelist
from discern.text.redaction import Tally
from discern.text.risk import remaining_risk
from discern.text.suggest import SHEET, Suggestion, coverage, suggest

SAFE = "the driver asked for and will mark she he said to pay don't café i a on at call me was seen with of not"
KEPT = SAFE.split()
LIST = whitelist(KEPT, lower_only=["will", "mark"])
MARK = "■"


def hidden(text: str, kept: Whitelist = LIST, **options: object) -> str:
    return str(redact(pl.Series([text], dtype=pl.String), kept, **options).texts[0])  # type: ignore[arg-type]


def folded(text: str) -> str:
    """A text as a reader with bad intent would look at it: without accents, invisible characters, widths and case."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(one for one in plain if unicodedata.category(one) not in ("Mn", "Cf", "Cc")).casefold()


anything = st.text(st.characters(codec="utf-8"), max_size=20)
pieces = st.one_of(
    anything, st.sampled_from([*KEPT, "Will", "MARK", " ", ", ", ". ", "-", "'", "’", "\u200b", "\u0301", "£", "+"])
)
texts = st.lists(pieces, max_size=12).map("".join)


@settings(deadline=None, max_examples=60)
@given(st.lists(texts, min_size=1, max_size=20))
def test_every_word_outside_the_marks_is_on_the_list(made: list[str]) -> None:
    done = redact(pl.Series(made, dtype=pl.String), LIST, mark=MARK)
    for text in done.texts:
        bare = text.replace(MARK, " ")
        for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*|\w+", bare):
            assert word.lower() in LIST.words, (word, text)
            assert word == word.lower() or word.lower() not in LIST.lower_only
        assert not [one for one in bare if unicodedata.category(one) in ("Cf", "Mn", "Co", "Cn", "So") and one != "°"]


@settings(deadline=None, max_examples=60)
@given(st.lists(texts, min_size=1, max_size=20))
def test_what_stands_between_words_stays_and_counts_agree(made: list[str]) -> None:
    done = redact(pl.Series(made, dtype=pl.String), LIST, mark=MARK)
    assert len(done.texts) == len(made)
    assert sum(done.hidden.values()) + len(done.kept_rows) == done.n_words
    assert sum(text.count(MARK) for text in done.texts) == sum(done.hidden.values())
    everything = redact(pl.Series(made, dtype=pl.String), Whitelist(frozenset()), mark=MARK)
    assert len(everything.kept_rows) == 0
    for text in everything.texts:
        assert not re.search(r"\w", text.replace(MARK, ""))


CANARIES = ("Sarah", "Kowalczyk", "José", "Will", "Mark", "O'Brien", "Nguyễn", "Müller")
WAYS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "small": str.lower,
    "odd capitals": str.swapcase,
    "possessive": lambda name: f"{name}'s",
    "possessive, typographic": lambda name: f"{name}’s",
    "plural possessive": lambda name: f"{name}s'",
    "hyphen": lambda name: f"{name}-Jones",
    "hyphen with a kept word": lambda name: f"the-{name}",
    "non-breaking hyphen": lambda name: f"{name}\u2011the",
    "handle": lambda name: f"@{name}",
    "tag": lambda name: f"#{name}",
    "e-mail": lambda name: f"{name}.x@example.com",
    "e-mail without a dot": lambda name: f"{name}@home",
    "underline": lambda name: f"the_{name}",
    "zero width": lambda name: name[:2] + "\u200b" + name[2:],
    "zero width joiner": lambda name: name[:2] + "\u200d" + name[2:],
    "byte order mark": lambda name: name[:1] + "\ufeff" + name[1:],
    "soft hyphen": lambda name: name[:2] + "\u00ad" + name[2:],
    "right to left": lambda name: "\u202e" + name + "\u202c",
    "NUL": lambda name: name[:2] + "\x00" + name[2:],
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "composed": lambda name: unicodedata.normalize("NFC", name),
    "full width": lambda name: "".join(chr(ord(c) + 0xFEE0) if 0x21 <= ord(c) < 0x7F else c for c in name),
    "mathematical": lambda name: "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in name.lower()),
    "with a mark above": lambda name: name[0] + "\u0301" + name[1:],
    "repeated": lambda name: name + name,
    "digits": lambda name: f"{name}1",
    "emoji": lambda name: f"😀{name}😀",
    "page": lambda name: f"www.{name}.com/{name}",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_planted_name_survives_however_it_is_written(way: str) -> None:
    inside = ("{}", "the {} said", "she asked {}, not", "({})", "“{}”", "said:{}", "£20 {}", "to/{}/me", "on 3 May {}")
    made = [one.format(WAYS[way](name)) for name in CANARIES for one in inside]
    for text, done in zip(made, redact(pl.Series(made), LIST).texts, strict=True):
        shown = folded(re.sub(r"\[[A-Z]+\]", " ", done))
        ticked = way == "small" and re.search(r"\b(?:will|mark)\b", shown)  # as words, small, they are on the list
        assert ticked or not [name for name in CANARIES if folded(name) in shown], (text, done)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07700 900 123", "[PHONE]"),
        ("+44 (0)20 7946 0958 said", "[PHONE] said"),
        ("０７７００ ９００ １２３", "[PHONE]"),
        ("call 07700\u200b900123", "call [PHONE]"),
        ("AB12 CDE, ab12cde and m1 1ae", "[PLATE], [PLATE] and [POSTCODE]"),
        ("to a.b@example.com", "to [EMAIL]"),
        ("pay £20 on 3rd April at 9pm", "pay [MONEY] on [DATE] at [TIME]"),
        ("the 4 of 12345", "the [NUMBER] of [NUMBER]"),
        ("she said: Ellison asked", "she said: [WORD] asked"),
        ("she asked Ellison", "she asked [NAME]"),
        ("she asked ellison, sarah", "she asked [WORD], [NAME]"),
        ("Cafe\u0301 CAFÉ don’t tHe", "Café CAFÉ don't the"),
        ("Will will mark. Mark was seen", "[NAME] will mark. [NAME] was seen"),
        ("a\u00a0the\tof\nme", "a\u00a0the\tof\nme"),
        ("", ""),
        ("😀", "[WORD]"),
        ("\x00\u200b", "[WORD]"),
        ("[NAME] the", "[[WORD]] the"),
    ],
)
def test_what_becomes_of(text: str, expected: str) -> None:
    assert hidden(text) == expected


def test_a_missing_text_is_empty() -> None:
    assert redact(pl.Series([None, "the"], dtype=pl.String), LIST).texts.to_list() == ["", "the"]
    assert redact(pl.Series([], dtype=pl.String), LIST).texts.to_list() == []


def test_marks_can_be_one_for_all_and_joined() -> None:
    text = "she asked Sarah Ellison Jones on 3rd April, Mark"
    assert hidden(text, mark="[...]") == "she asked [...] [...] [...] on [...], [...]"
    assert hidden(text, mark="$1", join=True) == "she asked $1 on $1, $1"
    assert hidden(text, join=True) == "she asked [NAME] on [DATE], [NAME]"
    assert hidden("the bus bus 12 34 Sarah", join=True) == "the [WORD] [NUMBER] [NAME]"  # a mark says what was there


def test_a_ticked_name_stays_in_every_form_unless_capitals_are_hidden() -> None:
    assert hidden("Manchester MANCHESTER manchester", whitelist(["Manchester"])) == "Manchester MANCHESTER manchester"
    kept = whitelist(["manchester"], lower_only=["Manchester"])
    assert hidden("Manchester manchester", kept, mark=MARK) == f"{MARK} manchester"


@pytest.mark.parametrize("word", ["city centre", "", "the.", "07700900123", "3/4/2024", "a b", "£"])
def test_what_is_no_single_word_cannot_be_on_a_list(word: str) -> None:
    assert not_words(["the", word]) == [word]
    with pytest.raises(ValueError, match="no single word"):
        whitelist(["the", word])


def test_lists_of_names_hold_what_they_say() -> None:
    for words in (GIVEN, SURNAMES, PLACES, ALSO_WORDS):
        assert len(words) >= 200
        assert all(word == word.lower() and not not_words([word]) for word in sorted(words)[::20])
    for word in ("mark", "will", "may", "rose", "grace", "mark's", "june"):
        assert is_name(word) and is_also_word(word)
    assert is_name("sarah's") and is_name("smith-jones") and is_place("manchester") and not is_name("driver")


# Proposals


def proposed(found: Suggestion) -> list[str]:
    return sorted(found.table.filter(pl.col("proposed") == "yes")["word"].to_list())


def flags(found: Suggestion) -> dict[str, str]:
    return dict(found.table.select("word", "flags").iter_rows())


def test_words_are_counted_by_different_notes_and_authors() -> None:
    made = [f"Then the driver called number{i} and the taxi left" for i in range(6)]
    made += [made[0]] * 10 + ["Then the taxi left with paint"] * 9
    authors = ["a", "b", "c", "a", "b", "c"] + ["a"] * 10 + ["d"] * 9
    table = suggest(pl.Series(made), pl.Series(authors), k=2).table
    assert table.columns == list(SHEET)
    rows = {row["word"]: row for row in table.iter_rows(named=True)}
    assert rows["taxi"]["notes"] == 7 and rows["taxi"]["authors"] == 4  # 6 different notes and one more
    assert rows["driver"]["notes"] == 6 and rows["driver"]["authors"] == 3
    assert "paint" not in rows and "number1" not in rows
    total = sum(len(text.split()) for text in made)
    assert rows["the"]["share"] == pytest.approx((2 * 16 + 9) / total, abs=1e-6)
    assert rows["driver"]["keep"] == "yes" and rows["driver"]["proposed"] == "yes"


def test_a_word_of_few_authors_is_left_to_the_reviewer() -> None:
    made = pl.Series([f"the driver left{i} here" for i in range(9)])
    authors = pl.Series(["x"] * 9)
    found = suggest(made, authors, k=5)
    assert proposed(found) == [] and "used by 1 author alone" in flags(found)["driver"]
    assert "lower --k-authors" in found.remarks[-1]
    assert "driver" in proposed(suggest(made, pl.Series([*"abcdefghi"]), k=5))
    assert "driver" in proposed(suggest(made, pl.Series([*"abababab", "a"]), k=5, k_authors=1))


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("sarah", "first name or surname"),
        ("will", "first name or surname, and an everyday word"),
        ("may", "month and name, and an everyday word"),
        ("manchester", "place"),
        ("x7", "has digits"),
        ("q", "single letter: may be an initial"),
        ("@help", "handle, tag or file name"),
        ("p\u0430y", "letters of several alphabets"),  # a Cyrillic a
        ("the\u200b", "holds characters that cannot be seen"),
        ("警察", "written without capitals"),
    ],
)
def test_words_that_look_identifying_are_flagged_and_not_proposed(word: str, reason: str) -> None:
    made = pl.Series([f"Then she said {word} was there, number {'abcdefgh'[i] * 2}" for i in range(8)])
    found = suggest(made, k=5)
    assert reason in flags(found)[word] and word not in proposed(found)
    assert {"she", "said", "was", "there", "number"} <= set(proposed(found))


def test_capitals_inside_sentences_tell_names_that_no_list_has() -> None:
    ends = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"]
    made = pl.Series([f"She met Zworykin there. Victim left {end}. she saw a Blorp or a blorp" for end in ends])
    found = suggest(made, k=5)
    assert "written with a capital inside sentences or all in capitals, 8 of 8 times" in flags(found)["zworykin"]
    assert "8 of 16 times" in flags(found)["blorp"]
    capital = dict(found.table.select("word", "capital").iter_rows())
    assert capital["blorp"] == "hidden" and capital["zworykin"] == "kept"
    assert "hardly seen inside sentences" in flags(found)["victim"]  # only ever the first word
    assert {"met", "there", "left", "saw"} <= set(proposed(found))


ENDS = ("aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh")
SMALL = pl.Series([f"Then a storm broke over the camera {end}" for end in ENDS])


def test_a_surname_all_in_capitals_is_not_proposed_as_a_word() -> None:
    surnames = pl.Series([f"Male named STORM Peter seen near the shop {end}" for end in ENDS])
    assert (
        "written with a capital inside sentences or all in capitals, 8 of 8 times" in flags(suggest(surnames))["storm"]
    )
    mixed = suggest(pl.concat([SMALL, surnames]))
    assert "written with a capital inside sentences or all in capitals, 8 of 16 times" in flags(mixed)["storm"]
    rows = {row["word"]: row for row in mixed.table.iter_rows(named=True)}
    assert rows["storm"]["capital"] == "hidden" and "«STORM»" in rows["storm"]["example"]
    first = pl.Series([f"STORM Peter seen near the shop {end}" for end in ENDS])
    assert "8 of 16 times" in flags(suggest(pl.concat([SMALL, first])))["storm"]
    owners = pl.Series([f"Then they took STORM’S bike from the shop {end}" for end in ENDS])
    assert "written with a capital" in flags(suggest(owners))["storm's"]


def test_a_surname_in_capitals_is_seen_in_notes_that_are_else_small() -> None:
    small = pl.Series([f"male named STORM seen near the shop {end}" for end in ENDS])
    for made in (small, pl.concat([small, SMALL])):
        assert "written with a capital inside sentences" in flags(suggest(made))["storm"]
        assert "shop" in proposed(suggest(made)) or len(made) > len(small)  # beside others it is hardly seen


def test_a_note_all_in_capitals_says_nothing_about_its_words() -> None:
    shouted = pl.Series([f"THEN A STORM BROKE OVER THE CAMERA {end.upper()}" for end in ENDS])
    assert "storm" in proposed(suggest(pl.concat([SMALL, shouted])))
    named = pl.Series([f"MALE NAMED STORM Peter {end.upper()}" for end in ENDS])
    assert "hardly seen inside sentences" in flags(suggest(named))["storm"]


def test_blank_authors_are_nobody() -> None:
    made = pl.Series([f"The driver left by taxi {end}" for end in ENDS])
    blank = suggest(made, pl.Series(["a", "b", "c", "d", "e", "", " ", None]))
    assert blank.n_authors == 5 and proposed(blank) == []
    assert "used by 5 authors alone" in flags(blank)["taxi"]
    assert "taxi" in proposed(suggest(made, pl.Series(["a", "b", "c", "d", "e", "f ", "f", None])))
    nobody = suggest(made, pl.Series([""] * 8))
    assert nobody.n_authors == 0 and nobody.table["authors"].to_list() == [0] * nobody.table.height


def test_without_capitals_the_reviewer_is_told() -> None:
    made = pl.Series([f"she met zworykin there {end}" for end in ("aa", "bb", "cc", "dd", "ee", "ff", "gg")])
    found = suggest(made, k=5)
    assert "in no dictionary" in flags(found)["zworykin"] and proposed(found) == ["met", "she", "there"]
    assert "capitals tell few names" in found.remarks[0]


def test_texts_in_another_language_are_not_measured_by_an_english_dictionary() -> None:
    made = pl.Series(
        [f"Dann sagte der Fahrer, dass niemand bezahlte {end}" for end in ("aa", "bb", "cc", "dd", "ee", "ff")]
    )
    found = suggest(made, k=5)
    assert {"sagte", "dass", "niemand", "bezahlte"} <= set(proposed(found))
    assert "English" in found.remarks[0] and "written with a capital" in flags(found)["fahrer"]


def test_an_example_shows_the_word_and_hides_the_rest() -> None:
    made = [f"She told Zworykin that Will will pay {end}@example.com" for end in ("aa", "bb", "cc", "dd", "ee", "ff")]
    examples = dict(suggest(pl.Series(made), k=5).table.select("word", "example").iter_rows())
    assert examples["will"] == "[...] told [...] that «Will» [...] pay [...]"  # "She" opens every note
    assert examples["pay"] == "[...] told [...] that [...] [...] «pay» [...]"


def test_rare_words_are_counted_but_never_listed() -> None:
    found = suggest(pl.Series([f"the secret{i} word" for i in range(7)]), k=5)
    assert found.n_rare == 7 and not [word for word in found.table["word"] if "secret" in word]
    assert "secret" not in str(found.to_json())


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    some = notes(60)
    made, authors = pl.Series([one.note for one in some]), pl.Series([one.author for one in some])
    whole = suggest(made, authors, k=2)
    monkeypatch.setattr(suggesting, "BLOCK", 7)
    parts = suggest(made, authors, k=2)
    assert parts.table.equals(whole.table) and parts.to_json() == whole.to_json()


def test_coverage_is_the_share_of_the_most_frequent_words() -> None:
    assert coverage(pl.Series([1, 5, 4])) == ((1, 0.5), (2, 0.9), (3, 1.0))
    assert coverage(pl.Series([], dtype=pl.Int64)) == ()


@pytest.mark.parametrize("made", [[], [""], ["😀", " "], [None, "a"]])
def test_next_to_nothing_is_answered(made: list[str | None]) -> None:
    series = pl.Series(made, dtype=pl.String)
    found = suggest(series, k=1)
    assert found.table.is_empty() and found.n_texts == len(made)
    tally = Tally(LIST)
    tally.add(redact(series, LIST))
    assert tally.result(k=5).n_texts == len(made)


# The made-up notes: what was planted in them is known


def test_no_planted_name_survives_an_unreviewed_sheet() -> None:
    made = notes(1500)
    texts, authors = pl.Series([one.note for one in made]), pl.Series([one.author for one in made])
    found = suggest(texts, authors, k=5)
    ticked = found.table.filter(pl.col("keep") == "yes")
    done = redact(texts, whitelist(ticked["word"].to_list()))
    n_planted = n_words_too = 0
    for note, text in zip(made, done.texts, strict=True):
        bare = re.sub(r"\[[A-Z]+\]", " ", text).lower()
        for thing in note.planted:
            n_planted, n_words_too = n_planted + 1, n_words_too + thing.also_a_word
            for part in re.findall(r"\w+", thing.text.lower()):
                name = len(part) > 1 and not part.isdigit() and thing.type.lower() == "name"
                assert not (name and re.search(rf"\b{re.escape(part)}\b", bare)), (thing, text)
            assert thing.text.lower() not in bare
    assert n_planted > 500 and n_words_too > 20
    flagged = set(found.table.filter(pl.col("flags") != "")["word"].to_list())
    also = {part.lower() for one in made for it in one.planted if it.also_a_word for part in it.text.split()}
    assert not also & set(proposed(found)) and {"mark", "will"} <= flagged
    assert (found.covered.value or 0) > 0.7


# The remaining risk, against a plain count over all pairs


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), min_size=1, max_size=8))
@example([["a"], ["a"]])
def test_risk_is_that_of_a_plain_count(made: list[list[str]]) -> None:
    vocabulary = [*"abcdef"]
    rows = np.array([row for row, words in enumerate(made) for _ in words], dtype=np.int64)
    codes = np.array([vocabulary.index(word) for words in made for word in words], dtype=np.uint32)
    hashes = pl.Series(["".join(words) for words in made]).hash().to_numpy()
    risk = remaining_risk(rows, codes, vocabulary, hashes, n_words=max(len(codes), 1), k=1)
    sets = [frozenset(words) for words in made]
    pairs = Counter(pair for words in sets for pair in itertools.combinations(sorted(words), 2))
    singles = Counter(word for words in sets for word in words)
    groups = Counter(sets)

    def share(test: Callable[[frozenset[str]], bool]) -> float:
        return sum(map(test, sets)) / len(sets)

    def alone(words: frozenset[str], kept: frozenset[str]) -> bool:
        return any(pairs[pair] == 1 for pair in itertools.combinations(sorted(words & kept), 2))

    everything = frozenset(vocabulary)
    assert risk.pairs.value == pytest.approx(share(lambda words: alone(words, everything)))
    assert risk.words.value == pytest.approx(share(lambda words: any(singles[word] == 1 for word in words)))
    assert risk.unique_sets.value == pytest.approx(share(lambda words: groups[words] == 1))
    assert risk.smallest_group == min(groups.values())
    assert risk.n_empty == sum(not words for words in sets)
    assert risk.rare_words == sum(n == 1 for n in singles.values())
    kept = everything
    for cause in risk.causes:
        kept -= {cause.word}
        assert cause.n_texts == singles[cause.word]
        assert cause.left.value == pytest.approx(sum(alone(words, kept) for words in sets) / len(sets))
    assert not risk.causes or risk.causes[-1].left.value == 0
    assert risk.pairs.low is None and "no interval" in risk.pairs.method


def test_stricter_lists_are_counted() -> None:
    made = pl.Series([f"the driver {'asked' if i < 7 else 'said'} {'call' if i == 0 else 'pay'}" for i in range(20)])
    tally = Tally(LIST)
    for start in (0, 8):
        tally.add(redact(made[start : start + (8 if start == 0 else 12)], LIST))
    done = tally.result(k=5)
    assert done.n_texts == 20 and done.kept.value == 1.0 and done.n_used == 6
    floors = {one.k: one for one in done.risk.floors}
    assert [floors[k].n_words for k in (5, 10)] == [5, 4]
    assert floors[5].kept.value == pytest.approx(79 / 80)
    assert done.risk.pairs.value == pytest.approx(1 / 20) and floors[5].pairs.value == 0
    assert done.risk.causes[0].word in ("call", "asked")
    assert set(done.hidden) == set(MARKS)
