"""Arrays in memory, `.npz`, IDX files and the embedded digits."""

from __future__ import annotations

import gzip
import hashlib
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.core.errors import DataError, OutputError, TooManyBadItems
from discern.core.records import InputSpec
from discern.data import idx as swelling
from discern.data.idx import open_images
from discern.data.items import expand
from discern.data.read import read
from discern.data.samples import digits, write_digits

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (12, 5, 6), dtype=np.uint8)
LABELS = np.arange(12) % 3


def idx(values: np.ndarray, magic: bytes | None = None) -> bytes:
    head = magic if magic is not None else bytes([0, 0, 8, values.ndim])
    return head + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(PICTURES)))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(LABELS.astype(np.uint8)))
    (folder / "t10k-images.idx3-ubyte").write_bytes(idx(PICTURES[:4]))
    (folder / "t10k-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[:4].astype(np.uint8))))
    return folder


def test_pictures_from_memory() -> None:
    data = read(PICTURES, LABELS)
    assert (data.name, data.kind, data.n, data.source.reader, data.source.path) == (
        "arrays",
        "pictures",
        12,
        "arrays",
        None,
    )
    np.testing.assert_array_equal(data.values, PICTURES[..., None])
    assert data.classes == ["0", "1", "2"]
    assert data.items["item"][3] == "arrays/00003"
    assert data.items["sha256"][0] == hashlib.sha256(b"|u1(5, 6)" + PICTURES[0].tobytes()).hexdigest()
    assert data.paths == (None,) * 12
    as_reals = read(PICTURES.astype(float), LABELS)
    np.testing.assert_array_equal(as_reals.values, data.values)
    assert as_reals.items["pixels"].equals(data.items["pixels"])
    assert not as_reals.items["sha256"].equals(data.items["sha256"])


def test_tables_from_memory() -> None:
    X = RNG.normal(size=(10, 4))
    data = read(X, ["a"] * 5 + ["b"] * 5, groups=list("ppqqrrsstt"))
    assert (data.kind, data.input.dtype, data.input.shape) == ("table", "float32", (4,))
    np.testing.assert_array_equal(data.values, X.astype(np.float32))
    assert data.units.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert read(PICTURES, kind="table").values.shape == (12, 30)
    assert read([[1, 2], [3, 4]]).values.tolist() == [[1, 2], [3, 4]]
    assert read(pl.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})).values.tolist() == [[1, 3], [2, 4]]


def test_the_form_that_a_model_takes() -> None:
    spec = InputSpec("table", (30,), "float32")
    assert read(PICTURES, spec=spec).input == spec
    assert read(PICTURES, spec=InputSpec("pictures", (4, 4, 3), "uint8")).values.shape == (12, 4, 4, 3)
    with pytest.raises(DataError, match="3 numbers an item; expected 30 numbers an item, as the model takes"):
        read(np.eye(3), spec=spec)
    with pytest.raises(DataError, match="expected pictures"):
        read(np.eye(3), spec=InputSpec("pictures", (4, 4, 3), "uint8"))


def test_large_pictures_are_stretched() -> None:
    data = read(RNG.integers(0, 256, (2, 70, 130, 3), dtype=np.uint8))
    assert data.values.shape == (2, 112, 112, 3)
    assert data.notes and data.items["width"].to_list() == [130, 130]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([7, 8], ["7", "8"]),
        (np.array([7.0, 8.5]), ["7.0", "8.5"]),
        (np.array(["b", "a"]), ["b", "a"]),
        ([True, False], ["True", "False"]),
        (np.array([b"x\xff", b"y"]), ["x\\xff", "y"]),
        (["\ud800", "=1"], ["\\ud800", "=1"]),
        (np.array([[1], [2]]), ["1", "2"]),
        (pl.Series(["u", "v"]), ["u", "v"]),
    ],
)
def test_labels_are_texts(labels: object, expected: list[str]) -> None:
    found = read(np.eye(2), labels).labels  # type: ignore[arg-type]
    assert found is not None and found.tolist() == expected


def test_classes_are_sorted_by_code_point() -> None:
    assert read(np.eye(5), ["b", "B", "10", "9", "é"]).classes == ["10", "9", "B", "b", "é"]


def test_bad_rows_are_set_aside() -> None:
    X = np.arange(200.0).reshape(50, 4)
    X[3, 2], X[7, 1] = np.nan, 1e300
    y = [str(index % 2) for index in range(49)] + [None]
    data = read(X, y, max_bad=0.1)
    assert dict(data.rejected.iter_rows()) == {
        "arrays/00003": "value nan in column 2; expected a finite number",
        "arrays/00007": "value 1e+300 in column 1; expected a finite number",
        "arrays/00049": "no label",
    }
    assert data.n == 47 and data.items["item"][3] == "arrays/00004"
    np.testing.assert_array_equal(data.values[3], X[4].astype(np.float32))
    with pytest.raises(TooManyBadItems):
        read(X, y)
    pictures = PICTURES.astype(float)
    pictures[5] = 0.5
    assert read(pictures).rejected["item"].to_list() == ["arrays/00005"]


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.zeros((3, 4, 5, 2)), None, "1 or 3 channels"),
        (np.zeros(5), None, "1 dimensions"),
        (np.zeros((0, 4)), None, "at least one row"),
        (PICTURES / 255, None, "from 0 to 1; expected whole numbers from 0 to 255"),
        (np.array([["a", "b"]]), None, "expected numbers"),
        ([[1, 2], [3]], None, "different lengths"),
        (np.array([[1, object()]]), None, "no numbers"),
        (np.eye(3), [1, 2], "2 labels; expected 3"),
        (np.eye(3), np.eye(3), "one label an item"),
        (np.full((3, 2), np.nan), None, "cannot be read"),
        (np.eye(2, dtype=complex), None, "complex"),
    ],
)
def test_arrays_that_cannot_be_used(X: object, y: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(X, y)  # type: ignore[arg-type]


def test_sparse_and_wrong_groups() -> None:
    from scipy.sparse import eye

    with pytest.raises(DataError, match="toarray"):
        read(eye(3).tocsr())
    with pytest.raises(DataError, match="5 groups; expected one for each of the 3"):
        read(np.eye(3), groups=[1] * 5)


def test_idx_files(mnist: Path) -> None:
    data = read(mnist)
    assert (data.name, data.n, data.source.reader) == ("tiny", 16, "idx")
    np.testing.assert_array_equal(data.values[:12, :, :, 0], PICTURES)
    assert data.labels is not None and data.labels.tolist() == [str(v) for v in [*LABELS, *LABELS[:4]]]
    assert data.items["item"].to_list()[11:13] == ["train/00011", "test/00000"]
    assert data.items["part"].to_list() == ["train"] * 12 + ["test"] * 4
    assert data.units.tolist() == [*range(12), 0, 1, 2, 3]
    alone = read(mnist / "t10k-images.idx3-ubyte")
    assert alone.n == 4 and alone.items["part"].unique().to_list() == ["test"]
    (mnist / "t10k-labels.idx1-ubyte.gz").unlink()
    assert read(mnist / "t10k-images.idx3-ubyte").labels is None


PLAIN = idx(PICTURES)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PLAIN[:-1], "only 359 values; expected 360"),
        (PLAIN + b"x", "more values; expected 360"),
        (PLAIN[:10], "a header that is cut off"),
        (b"", r"\(none\)"),
        (b"\x89PNG....", "begins with the bytes 89 50 4e 47"),
        (idx(PICTURES, b"\0\0\x0d\x03"), "type 0x0d in 3 dimensions"),
        (idx(PICTURES[0]), "in 2 dimensions"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "too short for them"),
        (gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12, mtime=0), "too short for them"),
        (b"\0\0\x08\x03" + b"\0" * 12, "0 x 0 x 0"),
        (gzip.compress(PLAIN, mtime=0)[:-30], "a cut off gzip file"),
        (gzip.compress(PLAIN, mtime=0)[:40] + b"\0" * 40, "a damaged gzip file|cut off"),
        (gzip.compress(PLAIN, mtime=0)[:-8] + b"\0" * 8, "a damaged gzip file"),
    ],
)
def test_idx_files_are_checked(mnist: Path, content: bytes, words: str) -> None:
    (mnist / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read(mnist)
    assert "train-images-idx3-ubyte.gz" in str(caught.value)
    with pytest.raises(DataError, match=words):
        open_images(mnist / "train-images-idx3-ubyte.gz")


@pytest.mark.parametrize("other", ["emnist-letters-train-images-idx3-ubyte", "test-images-idx3-ubyte"])
def test_several_data_sets_in_one_folder_are_not_mixed(mnist: Path, other: str) -> None:
    (mnist / other).write_bytes(PLAIN)
    (mnist / other.replace("images-idx3", "labels-idx1")).write_bytes(idx(LABELS.astype(np.uint8)))
    for door in (lambda: read(mnist), lambda: list(expand([str(mnist)]))):
        with pytest.raises(DataError, match="a folder of their own") as caught:
            door()
        assert other in str(caught.value) and "-images" in str(caught.value).partition(" and ")[0]
    assert read(mnist / other).n == 12


def test_idx_labels_must_fit(mnist: Path) -> None:
    labels = mnist / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(LABELS[:5].astype(np.uint8)))
    with pytest.raises(DataError, match="5 labels; expected 12"):
        read(mnist)
    labels.unlink()
    with pytest.raises(DataError, match="no labels for train-images"):
        read(mnist)


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=PICTURES, y=LABELS)
    assert read(tmp_path / "a.npz").classes == ["0", "1", "2"]
    np.savez_compressed(tmp_path / "b.npz", x_train=PICTURES, y_train=LABELS, x_test=PICTURES[:3], y_test=LABELS[:3])
    data = read(tmp_path / "b.npz")
    assert data.items["part"].to_list() == ["train"] * 12 + ["test"] * 3
    assert data.items["item"][12] == "test/00000"
    np.savez(tmp_path / "c.npz", pictures=PICTURES)
    with pytest.raises(DataError, match="arrays named pictures; expected arrays named X and y"):
        read(tmp_path / "c.npz")


def test_npz_with_objects_or_lies(tmp_path: Path) -> None:
    np.savez(tmp_path / "pickle.npz", X=np.array([{}, []], dtype=object))
    with pytest.raises(DataError, match="Python objects"):
        read(tmp_path / "pickle.npz")
    (tmp_path / "text.npz").write_text("no zip")
    with pytest.raises(DataError, match="file that can be read"):
        read(tmp_path / "text.npz")
    header = (
        b"\x93NUMPY\x01\x00v\x00"
        + b"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 9), }".ljust(117)
        + b"\n"
    )
    with zipfile.ZipFile(tmp_path / "lie.npz", "w") as archive:
        archive.writestr("X.npy", header + b"\0" * 100)
    with pytest.raises(DataError, match="not as long as its header says"):
        read(tmp_path / "lie.npz")


def test_a_damaged_or_encrypted_npz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, X=np.random.default_rng(0).integers(0, 9, (1000, 50)), y=np.arange(1000))
    whole = path.read_bytes()
    path.write_bytes(whole[:500] + b"\xff" * 500 + whole[1000:])
    with pytest.raises(DataError, match=r"file that can be read.*decompressing"):
        read(path)
    encrypted = bytearray(whole)
    for start, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[whole.index(start) + flag] |= 1
    path.write_bytes(encrypted)
    with pytest.raises(DataError, match=r"file that can be read.*encrypted"):
        read(path)


def test_a_packed_file_that_swells_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = np.zeros((5000, 28, 28), np.uint8)
    packed, plain = tmp_path / "train-images-idx3-ubyte.gz", tmp_path / "test-images-idx3-ubyte"
    packed.write_bytes(gzip.compress(idx(zeros)))
    plain.write_bytes(idx(zeros))
    np.savez_compressed(tmp_path / "packed.npz", X=zeros)
    np.savez(tmp_path / "plain.npz", X=zeros)
    assert read(packed).n == read(tmp_path / "packed.npz").n == 5000  # little, however much it swells
    monkeypatch.setattr(swelling, "ALWAYS", 1_000_000)
    assert read(plain).n == read(tmp_path / "plain.npz").n == 5000
    for path, do in ((packed, "gunzip"), (tmp_path / "packed.npz", "np.savez")):
        with pytest.raises(DataError, match=rf"unpacks to 3,920,\d+ bytes.*{do}"):
            read(path)
    with pytest.raises(DataError, match="unpacks to 3,920,000 bytes"):
        open_images(packed)


def test_embedded_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    theirs = load_digits()
    data = read("sample:digits")
    np.testing.assert_array_equal(data.values[..., 0], theirs.images * 15)
    assert data.labels is not None and data.labels.tolist() == [str(target) for target in theirs.target]
    assert (data.name, data.items["item"][0], data.source.reader) == ("sample:digits", "digits/0000", "digits")


def test_reading_digits_does_not_import_scikit_learn() -> None:
    import subprocess

    code = "import sys; from discern.data.read import read; read('sample:digits'); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_written_digits_are_the_embedded_ones(tmp_path: Path) -> None:
    assert write_digits(tmp_path / "photos") == 1797
    folder, embedded = read(tmp_path / "photos"), read("sample:digits")
    assert folder.n == 1797 and folder.input == embedded.input and folder.classes == embedded.classes
    order = np.argsort([int(Path(item).stem) for item in folder.items["item"]])
    np.testing.assert_array_equal(folder.values[order], embedded.values)
    assert folder.items["pixels"][order].equals(embedded.items["pixels"])
    assert folder.items["label"][order].equals(embedded.items["label"])
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
    assert oct((tmp_path / "photos").stat().st_mode)[-3:] == "755"


def test_writing_digits_never_harms_what_is_there(tmp_path: Path) -> None:
    mine = tmp_path / "photos"
    (mine / "3").mkdir(parents=True)
    (mine / "3" / "mine.txt").write_text("dear")
    with pytest.raises(OutputError, match="not empty"):
        write_digits(mine)
    assert [path.name for path in mine.iterdir()] == ["3"]
    assert write_digits(mine, force=True) == 1797
    assert (mine / "3" / "mine.txt").read_text() == "dear"
    assert write_digits(mine, force=True) == 1797
    (tmp_path / "empty").mkdir()
    assert write_digits(tmp_path / "empty") == 1797
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_digits(tmp_path / "file")
    with pytest.raises(OutputError):
        write_digits(tmp_path / "file" / "below")


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match="no space left"):
        write_digits(tmp_path / "photos")
    assert list(tmp_path.iterdir()) == []


def test_digits_are_shared_but_cannot_be_changed() -> None:
    with pytest.raises(ValueError):
        digits()[0][0] = 0


def test_mnist(real_data: Path) -> None:
    data = read(real_data / "mnist")
    assert (data.n, data.input.shape, len(data.classes)) == (70_000, (28, 28, 1), 10)
    assert data.items["part"].value_counts().sort("part")["count"].to_list() == [10_000, 60_000]
    assert np.bincount(np.asarray(data.labels[:60_000], int)).tolist() == [  # type: ignore[index]
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert round(float(data.values[:60_000].mean()) / 255, 4) == 0.1307
