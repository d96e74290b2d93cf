"""Cleaning, stop words, stems, lemmas and languages."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem.snowball import SnowballStemmer

from discern.core.errors import DataError, OptionError
from discern.text.clean import DEFAULT, LOOKED_FOR, SAYS, STEPS, Cleaning, clean, clean_and_tell
from discern.text.language import detect
from discern.text.split import words
from discern.text.stems import lemma, stem
from discern.text.stops import stop_words

SHARED = Path(__file__).parents[3] / "shared" / "data"


def cleaned(text: str, *steps: str, stops: frozenset[str] = frozenset()) -> str:
    return str(clean(pl.Series([text]), Cleaning(steps, stops))[0])


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("mend", "donâ€™t lâ€™Ã©tÃ©", "don’t l’été"),
        ("mend", "that\x92s", "that’s"),
        ("mend", "Ärger, naïve café", "Ärger, naïve café"),
        ("html", "<b>Tom</b> &amp; Jerry&#39;s 3 < 4<br/>end", "Tom & Jerry's 3 < 4 end"),
        ("strange", "ﬁne ｆｕｌｌ 𝓗𝓲 a\u200bb\u202ec “q” it’s", 'fine full Hi abc "q" it\'s'),
        ("forwards", "RT @bob: fwd: hello RT @x", "hello RT @x"),
        ("urls", "see http://t.co/a, www.x.org or bbc.co.uk/news; a@b.co.uk", "see , or ; a@b.co.uk"),
        ("mentions", "@bob and @carol: a@b.co", "and : a@b.co"),
        ("hashtags", "#MeToo is C# #1", "MeToo is C# 1"),
        ("emoji", "ok 👍🏽👨‍👩‍👧‍👦🇬🇧 then", "ok then"),
        ("numbers", "3 pigs at £5.99, 10:30, B2B 5%", "pigs at , , B2B"),
        ("repeats", "sooooo goood COOOOL ДАААА 1000", "soo good COOL ДАА 1000"),
        ("case", "ÀB Straße", "àb straße"),
    ],
)
def test_a_step(step: str, before: str, after: str) -> None:
    assert cleaned(before, step) == after


def test_stop_words_are_taken_out_whatever_their_case() -> None:
    assert cleaned("The cat, don’t sit ON it", "stops", stops=stop_words()) == "cat, sit"
    assert cleaned("switch off them", "stops", stops=stop_words(remove=["off", "them"])) == "switch off them"
    assert cleaned("taxi to NG10 DERBY", "stops", stops=stop_words()) == "taxi NG10 DERBY"


def test_every_step_is_described_and_counted() -> None:
    assert list(STEPS) == list(SAYS) == list(LOOKED_FOR)
    assert set(DEFAULT) < set(STEPS)
    assert Cleaning().chosen == DEFAULT
    assert Cleaning(("case", "mend")).chosen == ("mend", "case")
    assert Cleaning(("csae",)).problems() == [f"no step 'csae'; expected {', '.join(STEPS)}; did you mean 'case'?"]


def test_what_each_step_changed_is_told() -> None:
    texts = pl.Series(["See http://a.b/c and http://d.e/f", "nothing", "@bob Hi"])
    result, told = clean_and_tell(texts, Cleaning(("urls", "mentions", "case")))
    assert result.to_list() == ["see and", "nothing", "hi"]
    assert [(one.step, one.texts, one.places) for one in told] == [("urls", 1, 2), ("mentions", 1, 1), ("case", 2, 2)]
    assert (told[0].before, told[0].after) == ("See http://a.b/c and http://d.e/f", "See  and ")
    assert told[1].to_json() == {"step": "mentions", "texts": 1, "places": 1}


def test_a_missing_text_stays_missing() -> None:
    assert clean(pl.Series([None, " a  b\n"], dtype=pl.String)).to_list() == [None, "a b"]
    assert clean(pl.Series([], dtype=pl.String)).to_list() == []


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_cleaning_all_at_once_is_cleaning_one_by_one(texts: list[str]) -> None:
    every = Cleaning(tuple(STEPS), stop_words())
    series = pl.Series(texts, dtype=pl.String)
    result = clean(series, every).to_list()
    assert result == [clean(pl.Series([text]), every)[0] for text in texts]
    assert result == clean_and_tell(series, every)[0].to_list()
    assert all(text == text.strip(" ") and "  " not in text for text in result)


def test_stop_words_are_an_editable_list(tmp_path: Path) -> None:
    assert {"you", "off", "them", "don't", "don’t"} <= stop_words()
    assert stop_words(add=["Taxi"], remove=["YOU"]) == (stop_words() - {"you"}) | {"taxi"}
    own = tmp_path / "stops.txt"
    own.write_text("# mine\nfoo\nBar  # two\n\n", "utf-8")
    assert stop_words(file=own) == {"foo", "bar"}
    with pytest.raises(OptionError, match=r"no list for the language 'enn'; expected en.*did you mean 'en'"):
        stop_words("enn")
    with pytest.raises(DataError, match="no such file"):
        stop_words(file=tmp_path / "none.txt")
    own.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not UTF-8"):
        stop_words(file=own)


def test_forms_of_a_word_are_one() -> None:
    forms = pl.Series(["argue", "argued", "Argues", "arguing"])
    assert stem(forms).to_list() == ["argu"] * 4
    assert lemma(forms).to_list() == ["argue"] * 4
    nested = words(pl.Series(["He argued", "", "dogs, DOGS"]))
    assert stem(nested).to_list() == [["he", "argu"], [], ["dog", "dog"]]
    assert lemma(pl.Series([None, "mice"], dtype=pl.String)).to_list() == [None, "mouse"]
    with pytest.raises(OptionError, match="stems: no rules for the language 'xx'"):
        stem(forms, "xx")
    with pytest.raises(OptionError, match="lemmas: no rules for the language 'xx'"):
        lemma(forms, "xx")


def test_stems_are_those_of_nltk() -> None:
    every = ["taxis", "driving", "cities", "generously", "national", "happily", "shopping", "caresses", "sky"]
    assert stem(pl.Series(every)).to_list() == [SnowballStemmer("english").stem(word) for word in every]


def test_languages() -> None:
    texts = [
        "The taxi driver was assaulted in the city centre.",
        "Ich habe gestern meinen Schlüssel im Auto verloren.",
        "Je ne sais pas où est la gare, merci.",
        "東京駅はどこにありますか。私は学生です。",
        "ok thanks",
        "",
        "😀😀😀😀😀😀😀😀😀😀",
        "https://example.com/the-taxi-driver-was-here @the_taxi_driver_of_the_town",
    ]
    assert detect(pl.Series(texts)).to_list() == ["en", "de", "fr", "ja", "", "", "", ""]
    assert detect(pl.Series([None], dtype=pl.String)).to_list() == [""]


def test_no_english_message_is_taken_for_another_language() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there")
    lines = (SHARED / "sms" / "sms.tsv").read_text("utf-8").split("\n")
    found = detect(pl.Series([line.partition("\t")[2] for line in lines]))
    assert set(found.to_list()) == {"", "en"}
    assert (found == "en").mean() > 0.6
