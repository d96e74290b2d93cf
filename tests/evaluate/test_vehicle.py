"""Readings put together to a plate, near misses, and the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from discern.data.register import Entry, Register, bare
from discern.evaluate.reading import ReadCharacter, Reading
from discern.evaluate.vehicle import Seen, Vehicle, agreed, verdict
from discern.report.vehicle_words import table, unsure_texts, vehicle_text

BOX = (0, 10, 0, 50)


def reading(text: str, chance: float = 1.0, other: str = "") -> Reading:
    others = ((other, 1 - chance),) if other else ()
    marks = tuple(ReadCharacter(letter, chance, True, others, 0, BOX) for letter in text.replace(" ", ""))
    return Reading("array", text, 0.0, (10, 50), marks)


def test_probabilities_are_means_over_readings() -> None:
    plate = agreed([reading("AB 12"), reading("AB 12"), reading("AB 17")], BOX, 0.8)
    assert plate is not None and plate.text == "AB 12" and plate.unsure == (3,)
    assert plate.characters[3].probability == pytest.approx(2 / 3)
    ((label, chance),) = plate.characters[3].others
    assert label == "7" and chance == pytest.approx(1 / 3)
    assert plate.probability == pytest.approx(2 / 3)
    parted = agreed([reading("AB 12"), reading("AB 12"), reading("ABI12")], BOX, 0.8)
    assert parted is not None and parted.unsure == (0, 1, 2, 3), "where a character ends is not sure"
    assert agreed([reading("AB1")], BOX, 0.8) is None and agreed([], BOX, 0.8) is None
    assert agreed([reading("ABCDEFGHIJK")], BOX, 0.8) is None


def test_the_form_of_plates_tells_a_nought_from_an_o() -> None:
    entries = {f"AB{n}": Entry(f"AB {n}", ("Arvo", "Mint")) for n in range(10, 30)}
    forms = Register("r.csv", ("make", "model"), entries).forms
    assert forms == {4: "LLDD"} and Register("r.csv", ("make",), dict(list(entries.items())[:19])).forms == {}
    mixed = Register("r.csv", ("make",), {**entries, "A1B2": Entry("A1B2", ("Arvo",))}).forms
    assert mixed == {4: "L?" + "?D"}
    likely, hardly = (agreed([reading("AB 1O", chance, "0")], BOX, 0.8, forms) for chance in (0.7, 0.999))
    assert likely is not None and likely.text == "AB 10" and likely.unsure == (2,) and likely.characters[3].sure
    assert hardly is not None and hardly.text == "AB 10" and hardly.unsure == (3,)
    assert hardly.characters[3].others == (("O", 0.999),)
    assert unsure_texts(hardly) == ["character 4: 0; it looks like O, but no plate of the register has its kind there"]
    other = agreed([reading("AB 1O")], BOX, 0.8, forms)
    assert other is not None and other.text == "AB 1O", "nothing else was told"


def test_hyphens_are_no_characters_of_a_plate() -> None:
    entries = {f"BAB{n}": Entry(f"B-AB {n}", ("Arvo", "Mint")) for n in range(100, 130)}
    register = Register("r.csv", ("make", "model"), entries)
    plate = agreed([reading("B-AB 12O", 0.7, "0")], BOX, 0.8, register.forms)
    assert plate is not None and plate.text == "B AB 120" and len(plate.characters) == 6
    assert plate.unsure == (3, 4), "places count the same: the letter at the end is a digit"
    near = register.near("B AB 12X", [5])
    assert len(near) == 10 and near[0].plate == "B-AB 120"
    assert agreed([reading("-A-B-1")], BOX, 0.8) is None, "three characters are no plate"


def test_an_unknown_character_keeps_its_likeliest_labels() -> None:
    mark = ReadCharacter("?", 0.4, False, (("A", 0.4), ("H", 0.3)), 0, BOX)
    sure = reading("BCD").characters
    plate = agreed([Reading("array", "?BCD", 0.0, (10, 50), (mark, *sure))], BOX, 0.8)
    assert plate is not None and plate.text == "ABCD" and plate.unsure == (0,)


def test_near_misses_differ_in_an_unsure_place_alone() -> None:
    entries = {bare(one): Entry(one, ("Arvo", "Mint")) for one in ("AB 12", "AB 17", "CB 12", "AB 123")}
    register = Register("r.csv", ("make", "model"), entries)
    assert register.of("ab-12") is entries["AB12"] and register.of("AB 13") is None
    assert [one.plate for one in register.near("AB 13", [3])] == ["AB 12", "AB 17"]
    assert register.near("AB 13", [0]) == () and register.near("AD 13", [1, 3]) == ()


def test_the_verdict() -> None:
    plate = agreed([reading("AB 12")], BOX, 0.8)
    here, seen = ("Arvo", "Mint"), Seen(("make",), ("Arvo",), 0.9, None)

    def said(labels: tuple[str, str], of: float | None, exact: bool = True, near: bool = False, **more: bool) -> str:
        fitting = more.pop("fitting", False)
        one = Seen(("make", "model"), labels, 0.9, of, **more)
        return verdict(plate, exact, near, fitting, one, here if exact else None)

    other = ("Dalen", "Tarn")
    assert said(here, 0.9) == "agrees"
    assert said(other, 0.01) == "mismatch"
    assert said(other, 0.3) == "unclear" and said(other, None) == "unclear"
    assert said(other, 0.01, known=False) == "unclear" == said(here, 0.9, known=False), "a vehicle like none learned"
    assert said(other, 0.01, near=True, fitting=True) == "unclear", "an unsure character away from one that fits"
    assert said(other, 0.01, near=True) == "mismatch", "what is near belongs to yet another vehicle"
    assert said(here, 0.9, exact=False, near=True) == "near"
    assert said(here, None, exact=False) == "not registered"
    doubtful = agreed([reading("AB 12", 0.4)], BOX, 0.8)
    assert verdict(doubtful, False, False, False, seen, None) == "unreadable"
    assert verdict(None, False, False, False, seen, None) == "no plate"


def test_what_is_said_of_a_doubtful_mismatch() -> None:
    plate = agreed([reading("AB 12")], BOX, 0.8)
    seen = Seen(("make", "model"), ("Dalen", "Tarn"), 0.9, 0.01)
    registered = (("AB 12", ("Arvo", "Mint")), ("AB 17", ("Dalen", "Tarn")))
    told = vehicle_text(Vehicle("a.jpg", plate, seen, registered, "unclear"))
    start = "unclear: the register has AB 12 on an Arvo Mint; the photograph shows a Dalen Tarn (90 %)"
    assert f"{start}, which AB 17 is on, one unsure character away" in told
    strange = Vehicle("a.jpg", plate, replace(seen, known=False), registered[:1], "unclear")
    assert "the photograph shows a vehicle like none that the model learned" in vehicle_text(strange)
    assert "Dalen" not in vehicle_text(strange) and table([strange])["seen"][0] == "unknown"
