"""Posts a second, cleaned and cut into words, beside a pipeline with NLTK's tokenizer for tweets: both in one run.

    python benchmarks/cleaning.py [--posts 1000000]

Posts are made up: everyday words with @names, #tags, addresses, entities, emoji and repeated letters. Processor seconds
of all threads count; the clock is printed too. NLTK's pipeline does the same steps with Python's `re` and
`TweetTokenizer`, on fewer posts (--peer), for it takes each post by itself.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import time
from collections.abc import Callable

COMMON = """
    the to and a of in is you that it for on was with as i my at be this have but not are so just like get when up go
    time day good love know think want going today really still back people home work night see new never much right
    can't don't it's i'm that's won't they're well-known taxi phone police city centre football weather coffee train
"""
WORDS = COMMON.split()
EXTRA = ("😀", "👍🏽", "❤️", "🇬🇧", "&amp;", "sooooo", "yessss", "it’s", "café", "£5.99", "10:30", "2nd", "U.K.", "<br>")


def posts(n: int) -> list[str]:
    """`n` made-up posts of 5 to 28 words; the same for the same `n`."""
    draw = random.Random(0)
    made = []
    for number in range(n):
        words = draw.choices(WORDS, k=draw.randint(5, 28))
        for often, piece in (
            (0.3, f"@user{number % 9973}"),
            (0.3, f"#tag{number % 997}"),
            (0.25, f"http://t.co/{number:x}"),
        ):
            if draw.random() < often:
                words.insert(draw.randrange(len(words)), piece)
        if draw.random() < 0.4:
            words.insert(draw.randrange(len(words)), draw.choice(EXTRA))
        start = "RT @someone: " if draw.random() < 0.1 else ""
        made.append(start + " ".join(words).capitalize() + draw.choice(("", ".", "!", "!!!", "...")))
    return made


def with_nltk(texts: list[str]) -> list[list[str]]:
    """The same steps, post by post."""
    from nltk.tokenize import TweetTokenizer

    tokenizer = TweetTokenizer(preserve_case=False, reduce_len=True, strip_handles=True)
    address, tag, passed_on = re.compile(r"https?://\S+|www\.\S+"), re.compile(r"<[^>]+>"), re.compile(r"^RT @\w+:\s*")
    found = []
    for text in texts:
        plain = passed_on.sub("", tag.sub(" ", html.unescape(text)))
        tokens = tokenizer.tokenize(address.sub(" ", plain).replace("#", ""))
        found.append([token for token in tokens if any(map(str.isalnum, token)) or ord(token[0]) > 0x2000])
    return found


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds and seconds by the clock."""
    began = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - began[0], time.perf_counter() - began[1]


def main() -> None:
    import polars as pl

    from discern.text.clean import clean
    from discern.text.split import words

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--peer", type=int, default=20_000)
    asked = parser.parse_args()
    texts = pl.Series("text", posts(asked.posts))
    first = texts.head(asked.peer).to_list()
    words(clean(texts.head(1000)))
    with_nltk(first[:100])
    cleaning = measured(lambda: clean(texts))
    whole = measured(lambda: words(clean(texts)))
    peer = measured(lambda: with_nltk(first))
    print(f"{pl.thread_pool_size()} threads, {asked.posts:,} posts, {texts.str.len_chars().mean():.0f} characters each")
    for name, n, (cpu, clock) in (
        ("Discern, cleaned", asked.posts, cleaning),
        ("Discern, cleaned and cut", asked.posts, whole),
        ("NLTK, cleaned and cut", asked.peer, peer),
    ):
        print(f"{name:26} {n / clock:>12,.0f} posts/s, {1e6 * cpu / n:8.2f} processor microseconds a post")
    print(f"ratio of processor time {peer[0] / asked.peer / (whole[0] / asked.posts):.1f}")


if __name__ == "__main__":
    main()
