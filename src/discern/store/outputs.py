"""Places that commands write to, checked before anything is read: whatever would be lost or mixed up is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from ..core import files
from ..core.errors import OptionError, OutputError, describe
from ..core.files import ALREADY_OPEN
from ..data.given import refuse_address
from .run_folder import MANIFEST, check_apart

DEVICES = Path("/dev")


def checked(
    option: str,
    out: str | Path,
    *,
    inputs: Iterable[str | Path] = (),
    endings: Sequence[str] = (),
    force: bool = False,
) -> Path:
    """The path of a file to write. Raises OptionError or OutputError.

    Refused are: another ending than `endings`; a folder, or a place in a folder that is not there; a place in one of
    `inputs` or equal to it; a place in a run's folder, whose files are the run's own; without `force`, a file that
    exists.
    """
    path = Path(out)
    name = f"{option} {out}"
    refuse_address(str(out))
    if endings and path.suffix.lower() not in endings:
        raise OptionError(describe(name, found=f"the ending {path.suffix!r}", expected=" or ".join(endings)))
    if path.is_dir() or not str(out):
        raise OutputError(describe(name, found="a folder", expected="the name of a file"))
    place = path.absolute()
    if not place.parent.is_dir():
        raise OutputError(describe(name, found=f"no folder {path.parent} to write into"))
    for source in inputs:
        if str(source) != "-" and place.resolve().is_relative_to(Path(source).resolve()):
            raise OptionError(describe(name, found=f"it lies in what is read, {source}", expected="a place of its own"))
    if any((folder / MANIFEST).is_file() for folder in place.resolve().parents):
        raise OptionError(describe(name, found="it lies in a run's folder", do="choose a place outside of it"))
    device = place.is_relative_to(DEVICES) and not path.is_file()
    if path.exists() and not (force or device or str(place).startswith(ALREADY_OPEN)):
        raise OutputError(f"{path}: it exists already; choose another {option}, or --force to replace it")
    return path


def checked_answers(out: str | Path, *, inputs: Iterable[str | Path], endings: Sequence[str], force: bool) -> Path:
    """`checked` for answers, and for the list beside them of the items that are set aside."""
    inputs = list(inputs)
    target = checked("-o", out, inputs=inputs, endings=endings, force=force)
    checked("-o", _beside(target), inputs=inputs, force=force)
    return target


def write_rejected(target: Path, rejected: Sequence[tuple[str, str]]) -> Path | None:
    """Write the items set aside, as (item, reason), beside answers that are whole, and give the place of that list;
    where none was set aside, the list of an earlier time goes."""
    place = _beside(target)
    if not rejected:
        place.unlink(missing_ok=True)
        return None
    files.write_text(place, files.csv_text(("item", "reason"), rejected))
    return place


def _beside(target: Path) -> Path:
    return target.with_name(target.stem + ".rejected.csv")


def checked_folder(out: str | Path, inputs: Iterable[str | Path], own: Sequence[str], *, force: bool = False) -> Path:
    """The folder of `-o` that the files `own` are written into, which are names or patterns as in a shell; it is made
    then. Raises OptionError or OutputError.

    Refused are: a place in one of `inputs` or around it; a file; a folder that holds anything else; without `force`,
    one that holds any of `own`: files of these names may be somebody else's.
    """
    folder = Path(out)
    for source in inputs:
        check_apart(folder, Path(source))
    if folder.exists() and not folder.is_dir():
        raise OutputError(describe(f"-o {out}", found="a file", expected="the name of a folder"))
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    ours = [name for pattern in own for name in sorted(present) if fnmatchcase(name, pattern)]
    if any(name not in ours and not name.startswith(files.TEMPORARY) for name in present):
        raise OutputError(describe(f"-o {out}", found="a folder with other files", do="choose another -o"))
    if ours and not force:
        raise OutputError(f"{out}: it holds {ours[0]} already; choose another -o, or --force to replace what is in it")
    return folder
