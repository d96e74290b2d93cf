"""`sample`: write a sample data set to try things on."""

from __future__ import annotations

from pathlib import Path

from ..core.options import one_of, raise_all
from ..data.samples import write_digits

SAMPLES = {"digits": write_digits}


def sample(name: str, folder: str | Path, *, force: bool = False) -> int:
    """Write the sample `name` into `folder` and return the number of items.

    `digits`: 1,797 handwritten digits of 8x8 pixels, a folder a class (Alpaydin and Kaynak 1998, as shipped with
    scikit-learn). Raises OptionError or OutputError.
    """
    raise_all([one_of("the sample", name, list(SAMPLES))])
    return SAMPLES[name](Path(folder), force=force)
