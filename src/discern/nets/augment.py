"""Pictures varied at random, a whole batch at a time: one affine resampling, then colour, then erasing.

Every draw comes from the generator that is handed in, so that a batch follows from its place in the training alone. It
is made on the processor, and the pictures are varied where they are, on a graphics card too.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from .transforms import Augmentation, parse


class Augment:
    """Varies raw pictures `(B, H, W, C)` of any type as `augmentation` says; gives float32 `(B, H, W, C)`.

    `mean` and `scale` are those of the training pixels, per channel, `(C,)`, on the device of the pictures: erased
    patches take the mean, brightness and colour are measured in the scale.
    """

    def __init__(self, augmentation: Augmentation, mean: Tensor, scale: Tensor) -> None:
        self.augmentation = augmentation
        self.mean = mean.view(1, -1, 1, 1)
        self.scale = scale.view(1, -1, 1, 1)

    def __call__(self, pictures: Tensor, generator: torch.Generator, size: tuple[int, int] | None = None) -> Tensor:
        """`size` is the height and width of what is given; None for those of `pictures`."""
        asked = self.augmentation
        values = pictures.permute(0, 3, 1, 2).to(torch.float32)
        height, width = size or values.shape[2:]
        if asked.moves or values.shape[2:] != (height, width):
            given = [*values.shape[:2], height, width]
            places = affine_grid(matrices(asked, values.shape, generator).to(values.device), given, align_corners=False)
            values = grid_sample(values, places, padding_mode="reflection", align_corners=False)
        values = self._colours(values, generator)
        if asked.erase:
            covered = patches(asked.erase, values.shape, generator).to(values.device)
            values = torch.where(covered, self.mean, values)
        return values.permute(0, 2, 3, 1).contiguous()

    def mixed(self, values: Tensor, generator: torch.Generator) -> tuple[Tensor, float]:
        """Each picture of `(B, H, W, C)` over the one before it in the batch, and the share of its own pixels."""
        size = self.augmentation.mix
        if not size:
            return values, 1.0
        number = int(torch.randint(2**31, (), generator=generator))
        share = float(np.random.default_rng(number).beta(size, size))
        return torch.lerp(partners(values), values, share), share

    def _colours(self, values: Tensor, generator: torch.Generator) -> Tensor:
        asked, n_items, n_channels = self.augmentation, *values.shape[:2]

        def draw(size: float, channels: int = 1) -> Tensor:
            return either(size, (n_items, channels, 1, 1), generator).to(values.device)

        if asked.contrast:
            factor = torch.exp(draw(math.log1p(asked.contrast)))
            middle = values.mean(dim=(1, 2, 3), keepdim=True)
            values = (values - middle) * factor + middle
        if asked.brightness:
            values = values + self.scale * draw(asked.brightness)
        if asked.colour:
            values = values + self.scale * draw(asked.colour, n_channels)
        return values


def varied(pictures: NDArray[np.uint8], text: str, seed: int) -> NDArray[np.uint8]:
    """Each picture of `(n, H, W, C)` varied once as `text` says, to be looked at. Raises OptionError for the text."""
    values = torch.from_numpy(np.require(pictures, requirements=["C", "W"]))
    numbers = values.reshape(-1, values.shape[3]).double()
    mean, scale = numbers.mean(dim=0).float(), numbers.std(dim=0, correction=0).float()
    augment, draws = Augment(parse(text), mean, scale), torch.Generator().manual_seed(seed)
    found, _ = augment.mixed(augment(values, draws), draws)
    shown: NDArray[np.uint8] = found.round().clamp(0, 255).to(torch.uint8).numpy()
    return shown


def partners(batch: Tensor) -> Tensor:
    """What each item of a batch is mixed with, of the same shape: the item before it, the last one for the first."""
    return batch.roll(1, 0)


def either(size: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Even draws from -`size` to `size`."""
    return (torch.rand(shape, generator=generator) * 2 - 1) * size


def matrices(asked: Augmentation, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """`(B, 2, 3)`: where each place of the new picture lies in the old one, both from -1 to 1 along their sides.

    What comes out is mirrored, stretched, slanted, zoomed, turned and then shifted; a turn is one on the screen, also
    where the picture is not square.
    """
    n_items, _, height, width = shape

    def draw(size: float) -> Tensor:
        return either(size, (n_items,), generator)

    angle = draw(math.radians(asked.rotate))
    smaller = torch.exp(draw(math.log1p(asked.zoom)))
    stretch = torch.exp(draw(math.log1p(asked.stretch) / 2))
    slant = draw(asked.shear)
    mirror = torch.where(draw(1.0) < 0, -1.0, 1.0) if asked.flip else torch.ones(n_items)
    cosine, sine = torch.cos(angle) * smaller, torch.sin(angle) * smaller
    # rows of: diag(mirror * stretch, 1 / stretch) @ [[1, slant], [0, 1]] @ [[cosine, -sine], [sine, cosine]]
    matrix = torch.empty(n_items, 2, 3)
    matrix[:, 0, 0] = mirror * stretch * (cosine + slant * sine)
    matrix[:, 0, 1] = mirror * stretch * (slant * cosine - sine) * (height / width)
    matrix[:, 1, 0] = sine / stretch * (width / height)
    matrix[:, 1, 1] = cosine / stretch
    matrix[:, :, 2] = either(2 * asked.shift, (n_items, 2), generator)  # from -1 to 1 is the whole side
    return matrix


def patches(size: float, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """`(B, 1, H, W)`, True on a rectangle in every other picture; its sides are up to `size` of the picture's.

    Zhong et al. 2020, "Random erasing data augmentation".
    """
    n_items = shape[0]
    covered = torch.rand(n_items, 1, generator=generator) < 0.5
    sides = []
    for length in shape[2:]:
        half = torch.rand(n_items, 1, generator=generator) * size / 2
        middle = half + torch.rand(n_items, 1, generator=generator) * (1 - 2 * half)
        places = (torch.arange(length) + 0.5) / length
        sides.append((places - middle).abs() < half)
    rows, columns = sides
    inside: Tensor = (rows & covered)[:, None, :, None] & columns[:, None, None, :]
    return inside
