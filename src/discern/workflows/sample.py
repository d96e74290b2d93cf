"""`sample`: write a sample data set to try things on."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import OptionError
from ..core.options import one_of, raise_all
from ..data.given import refuse_address
from ..data.letters import EACH, PLATES, write_letters, write_plates
from ..data.notes import NOTES, write_notes
from ..data.posts import POSTS, write_posts
from ..data.practicals import write_practicals
from ..data.samples import write_digits
from ..data.table_samples import MADE, write_table
from ..data.table_samples import NAMES as TABLES
from ..data.vehicles import SIZE, write_vehicles

SAMPLES = ("digits", "vehicles", "letters", "plates", "notes", "posts", "practicals", *TABLES)
VEHICLES = 120


def sample(
    name: str,
    folder: str | Path,
    *,
    n: int | None = None,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    force: bool = False,
) -> int:
    """Write the sample `name` into `folder` and return the number of items: pictures, notes, posts, rows.

    `digits`: 1,797 handwritten digits of 8x8 pixels, a folder a class (Alpaydin and Kaynak 1998, as shipped with
    scikit-learn). `vehicles`: `n` made-up vehicles (default 120) drawn from 16 angles each, with a sheet of makes and
    models and a register of plates. `letters`: `n` drawings (default 40) of each capital letter and digit, a folder a
    letter. `plates`: `n` number plates (default 200) in other fonts, with what stands on them. `notes`: `n` made-up
    crime notes (default 2,000) with planted names. `posts`: 310 made-up labelled posts, a pool of `n` (default 20,000)
    with places, and a made-up island. `practicals`: notebooks with exercises and their completed twins. Tables
    (`data.table_samples`) become a CSV file: `areas` (five and one to predict), `areas-many` and `stores` (made up, `n`
    rows), `iris`, `wine`, `cancer`, `diabetes` (real). `seed` draws others; `size` is the height and width of
    photographs of vehicles (default 160x240; plates can be read from about 640x960).

    Raises OptionError, OutputError or MissingDependency.
    """
    raise_all([one_of("the sample", name, SAMPLES)])
    refuse_address(str(folder))
    if name == "vehicles":
        return write_vehicles(Path(folder), VEHICLES if n is None else n, seed=seed, size=size or SIZE, force=force)
    if size is not None:
        raise OptionError(f"--size belongs to vehicles, which are drawn in any size; {name} has a size of its own")
    if name == "letters":
        return write_letters(Path(folder), EACH if n is None else n, seed=seed, force=force)
    if name == "plates":
        return write_plates(Path(folder), PLATES if n is None else n, seed=seed, force=force)
    if name == "notes":
        return write_notes(Path(folder), NOTES if n is None else n, seed=seed, force=force)
    if name == "posts":
        return write_posts(Path(folder), POSTS if n is None else n, seed=seed, force=force)
    if name in MADE:
        return write_table(name, Path(folder), n, seed=seed, force=force)
    if n is not None or seed:
        raise OptionError(f"--n and --seed belong to samples that are made up in any number; {name} is always the same")
    if name in TABLES:
        return write_table(name, Path(folder), force=force)
    if name == "practicals":
        return write_practicals(Path(folder), force=force)
    return write_digits(Path(folder), force=force)
