"""Writing: bits a character on held-back passages of Shakespeare's plays, beside counting (Witten-Bell), whole process;
and the same where the last tenth of the text is held back, plays that the net never saw (`--last`).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import DISCERN, claim, data, machine, show, timed

from discern.core.events import silent
from discern.data.passages import codes, passages
from discern.fit import writing
from discern.models.character_ngrams import witten_bell_bits
from discern.models.writer import from_weights
from discern.workflows.write import DECAY, DROPOUT, RATE, STREAMS, STRETCH

TEXT = ("shakespeare", "input.txt")
ORDERS = range(4, 8)


def main() -> None:
    machine()
    text = data(*TEXT)
    claim("at most 2.15 bits a character after 10 minutes; counting: the lower, the harder to beat")
    with tempfile.TemporaryDirectory() as name:
        run = Path(name) / "run"
        show("discern series write", [timed([*DISCERN, "series", "write", text, "-o", run])])
        record = json.loads((run / "writing.json").read_text())
        for what in ("bits", "baseline", "saved"):
            figure = record[what]
            print(f"  {what:10}{figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f}), n {figure['n']:,}")
        print(f"  the baseline looks at {record['order']} characters; epochs {len(record['history'])}")
        show("600 characters written", [timed([*DISCERN, "series", "write", run]) for _ in range(3)])
    counting(text.read_text())
    if "--last" in sys.argv:
        last_tenth(text.read_text())


def counting(text: str) -> None:
    """The baseline of every order on the held-back passages."""
    found = passages(text)
    learned = codes("".join(a + b for a, b in zip(found.train, found.validation, strict=True)), found.alphabet)
    for order in ORDERS:
        bits = [witten_bell_bits(learned, codes(one, found.alphabet), len(found.alphabet), order) for one in found.test]
        print(f"  counting, order {order}: {np.concatenate(bits).mean():.4f} bits")


def last_tenth(text: str) -> None:
    """The last tenth held back, the twentieth before it chooses the epoch."""
    cut, look = int(0.9 * len(text)), int(0.85 * len(text))
    alphabet = "\ufffd" + "".join(sorted(set(text[:look])))
    train, held = codes(text[:look], alphabet), [codes(text[look:cut], alphabet)]
    plan = writing.Plan(512, 1, DROPOUT, STREAMS, STRETCH, 10, RATE, DECAY, 0, "bfloat16")
    learned = writing.fit(train, held, len(alphabet), plan, on_event=silent)
    ours = from_weights(alphabet, learned.weights).bits(text[cut:]).mean()
    counted = [
        witten_bell_bits(codes(text[:cut], alphabet), codes(text[cut:], alphabet), len(alphabet), order).mean()
        for order in ORDERS
    ]
    told = ", ".join(f"order {order} {bits:.4f}" for order, bits in zip(ORDERS, counted, strict=True))
    print(f"  the last tenth: {ours:.4f} bits; counting: {told}")


if __name__ == "__main__":
    main()
