"""card, report and purge: what goes with a model, and what does not."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from discern.data import decoded
from discern.store import bundle
from discern.store.session import Shipped

from .conftest import Cli

CANARY = "Wilhelmina Quakenbush"
NET = ("--model", "conv", "--layers", "conv 4 same, pool, dense 8", "--epochs", "2")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Pictures whose files name a person inside, and one of which cannot be read."""
    random = np.random.default_rng(0)
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", CANARY)
    for label, level in (("dark", 40), ("light", 200)):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(40):
            pixels = random.normal(level, 30, (16, 16)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{number:02}.png", pnginfo=about)
    (tmp_path / "photos" / "dark" / "bad.png").write_bytes(b"\x89PNG\r\n" + CANARY.encode())
    return tmp_path / "photos"


@pytest.mark.shows("card", "--purpose", "--data", "--limits", "--owner", "--review")
@pytest.mark.bad_input("card")
def test_what_people_say_goes_with_the_model_and_stands_in_the_report(cli: Cli, photos: Path, tmp_path: Path) -> None:
    assert cli("train", photos, "-o", "run", *NET).status == 0
    run, before = tmp_path / "run", Shipped(bundle.load(tmp_path / "run" / "model.discern"))
    assert cli("card", "run").out.count("not said yet") == 5
    said = {
        "purpose": "telling night from day",
        "data": "our own cameras",
        "limits": "not for <faces>",
        "owner": "the harbour office",
        "review": "below 90 %",
    }
    options = [word for name, text in said.items() for word in (f"--{name}", text)]
    result = cli("card", "run", *options)
    assert result.status == 0, result.err
    assert all(text in result.out for text in said.values())
    assert bundle.load(run / "model.discern").manifest["card"] == said
    page = (run / "report.html").read_text()
    assert "telling night from day" in page and "not for &lt;faces&gt;" in page and "not said yet" not in page
    assert cli("verify", "run").status == 0
    pixels = np.zeros((2, 16, 16, 1), np.uint8)
    assert np.array_equal(
        Shipped(bundle.load(run / "model.discern")).predict_proba(pixels), before.predict_proba(pixels)
    )
    assert cli("resume", "run", "--epochs", "+1").status == 0
    assert bundle.load(run / "model.discern").manifest["card"] == said, "lost by learning longer"
    (tmp_path / "alone.discern").write_bytes((run / "model.discern").read_bytes())
    assert cli("card", "alone.discern", "--owner", "somebody else").status == 0
    assert "somebody else" in cli("card", "alone.discern").out
    long = cli("card", "run", "--owner", "x" * 4001)
    assert long.status == 2 and "--owner has 4,001 letters" in long.err
    assert cli("card", "nowhere").status == 2


@pytest.mark.shows("report", "--no-items", "--items")
@pytest.mark.bad_input("report")
def test_a_report_without_items_stays_so_until_they_are_asked_for(cli: Cli, photos: Path, tmp_path: Path) -> None:
    assert cli("train", photos, "-o", "run", *NET).status == 0
    page = tmp_path / "run" / "report.html"
    names = [f"{label}/{number:02}.png" for label in ("dark", "light") for number in range(40)]
    whole = page.read_text()
    assert any(name in whole for name in names) and "data:image" in whole
    assert cli("report", "run", "--no-items").status == 0
    bare = page.read_text()
    assert not any(name in bare for name in names) and "data:image" not in bare
    beside = "".join(path.read_text() for path in sorted((tmp_path / "run" / "report").iterdir()))
    assert not any(name in beside for name in names)
    assert cli("verify", "run").status == 0
    assert cli("card", "run", "--owner", "me").status == 0  # writes the report anew
    assert not any(name in page.read_text() for name in names)
    assert cli("report", "run", "--items").status == 0
    assert any(name in page.read_text() for name in names)
    assert cli("report", "run", "--items", "--no-items").status == 2
    assert cli("report", "nowhere").status == 2


@pytest.mark.shows("purge")
@pytest.mark.bad_input("purge")
def test_purging_leaves_the_model_and_its_figures(
    cli: Cli, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    assert cli("train", photos, "-o", "run", *NET).status == 0
    run = tmp_path / "run"
    assert (run / "checkpoints").is_dir() and len(list((tmp_path / "cache").iterdir())) == 1
    model, figures = (run / "model.discern").read_bytes(), (run / "evaluation.json").read_bytes()
    result = cli("purge", "run")
    assert result.status == 0, result.err
    assert "removed: checkpoints" in result.out
    assert not (run / "checkpoints").exists() and not list((tmp_path / "cache").iterdir())
    assert "00.png" not in (run / "report.html").read_text()
    assert ((run / "model.discern").read_bytes(), (run / "evaluation.json").read_bytes()) == (model, figures)
    assert cli("verify", "run").status == 0
    assert cli("purge", "nowhere").status == 2


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_purging_finds_the_decoded_pictures_however_they_were_prepared_and_through_a_link(
    cli: Cli, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "mine.pixels").touch()
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    assert cli("audit", photos).status == 0
    assert cli("train", photos, "-o", "run", "--size", "8", *NET).status == 0
    assert len(list((tmp_path / "disk").iterdir())) == 3
    result = cli("purge", "run")
    assert result.status == 0 and result.out.count(".pixels (") == 2, result.err
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["mine.pixels"]


@pytest.mark.shows("export", "--no-items")
def test_a_model_that_holds_items_says_so_and_is_not_exported_without_them(
    cli: Cli, photos: Path, tmp_path: Path
) -> None:
    assert cli("train", photos, "-o", "near", "--model", "knn").status == 0
    assert cli("train", photos, "-o", "net", *NET).status == 0
    assert bundle.load(tmp_path / "near" / "model.discern").extra["holds"].startswith("the items that it learned from")
    assert bundle.load(tmp_path / "net" / "model.discern").extra["holds"] == ""
    assert "holds the items that it learned from" in cli("summary", "near").out
    assert "holds" not in cli("summary", "net").out
    refused = cli("export", "near", "--onnx", "near.onnx", "--no-items")
    assert refused.status == 2 and "this model holds the items that it learned from" in refused.err
    assert not (tmp_path / "near.onnx").exists()
    assert cli("export", "near", "--onnx", "near.onnx").status == 0
    assert cli("export", "net", "--onnx", "net.onnx", "--no-items").status == 0


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter on Windows")
def test_a_name_inside_the_files_goes_nowhere_and_nobody_else_can_read_a_run(
    cli: Cli, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    result = cli("train", photos, "-o", "run", *NET)
    assert result.status == 0 and "bad.png" in (tmp_path / "run" / "rejected.csv").read_text()
    written = [path for folder in ("run", "cache", "temporary") for path in (tmp_path / folder).rglob("*")]
    files = [path for path in [*written, tmp_path / "ledger.jsonl"] if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert CANARY not in result.out + result.err
    assert not list((tmp_path / "temporary").iterdir())
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log and CANARY not in str(log)
