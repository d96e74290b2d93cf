"""Reasons: Grad-CAM of one photograph on a model that is loaded, and all maps with their checks."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import photographs
from common import claim, machine

from discern.explain.picture import reasons_for
from discern.explain.saliency import grad_cam
from discern.images.decode import picture_for
from discern.store import bundle
from discern.store.run_folder import model_path
from discern.store.session import Shipped

REPEATS = 9


def main() -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        loaded = bundle.load(model_path(photographs.some_trained_on(Path(name))))
        network, shipped = loaded.estimator().network(), Shipped(loaded)
        picture = picture_for(photographs.small()[0], loaded.spec).pixels
        label = int(shipped.predict_proba(picture[None])[0].argmax())
        claim("Grad-CAM of one picture on a warm model in at most 0.5 s")
        tell("Grad-CAM", [timed_call(lambda: grad_cam(network, picture, label)) for _ in range(REPEATS)])
        claim("three maps, each with its checks")
        tell("all", [timed_call(lambda: reasons_for(shipped.predict_proba, network, picture, label)) for _ in range(3)])


def timed_call(call: object) -> float:
    began = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - began


def tell(what: str, seconds: list[float]) -> None:
    print(f"  {what}: {np.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f}), {len(seconds)} times")


if __name__ == "__main__":
    main()
