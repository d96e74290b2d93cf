"""Some rows of an array that is too large to be copied, such as pictures in a file that is mapped into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows `indices` `(n,)` of `values` `(N, ...)`, in that order; nothing is copied before it is asked for.

    Where NumPy wants an array it gets a copy of them all.
    """

    values: NDArray[Any]
    indices: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.indices), *self.values.shape[1:])

    @property
    def ndim(self) -> int:
        return self.values.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.values.dtype

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, key: slice | NDArray[Any]) -> NDArray[Any]:
        """A copy of some of them."""
        found: NDArray[Any] = self.values[self.indices[key]]
        return found

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("rows become an array by copying them only")
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def blocks(self, n: int) -> Iterator[NDArray[Any]]:
        """Copies of `n` rows at a time, the last of those that are left; at least one."""
        for begin in range(0, max(1, len(self)), n):
            yield self[begin : begin + n]
