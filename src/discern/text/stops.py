"""Stop words: frequent words that say little about what a text is about, as a list that a person can change.

They are never removed unasked: *you*, *off* and *them* can be what matters (abuse, offers, groups).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..core.errors import DataError, OptionError, describe
from ..core.options import suggest

LISTS: dict[str, str] = {
    "en": """
        i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
        it its itself they them their theirs themselves what which who whom whose this that these those am is are was
        were be been being have has had having do does did doing would should could ought will shall can may might must
        i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll
        he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't
        shan't shouldn't can't cannot couldn't mustn't let's that's who's what's here's there's when's where's why's
        how's a an the and but if or because as until while of at by for with about against between into through during
        before after above below to from up down in out on off over under again further then once here there when where
        why how all any both each few more most other some such no nor not only own same so than too very just now also
    """,
}
"""Language (ISO 639-1) to its list. English: Snowball's list (Martin Porter), with the modal verbs."""


def stop_words(
    language: str = "en",
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    file: str | Path | None = None,
) -> frozenset[str]:
    """The stop words of a language in lower case, with some added and some taken out.

    Parameters: `file`, a text file with a word a line (`#` begins a remark) that replaces the language's list.
    Words with an apostrophe are there with the straight and the curly one. Raises OptionError for a language without
    a list, DataError for a file that cannot be read.
    """
    base = _of_language(language) if file is None else _of_file(Path(file))
    kept = (base | _plain(add)) - _plain(remove)
    return frozenset(kept | {word.replace("'", "’") for word in kept})


def _of_language(language: str) -> frozenset[str]:
    if language not in LISTS:
        raise OptionError(
            f"stop words: no list for the language {language!r}; expected {', '.join(LISTS)}, or a file of your own"
            f"{suggest(language, LISTS)}"
        )
    return _plain(LISTS[language].split())


def _of_file(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise DataError(describe(str(path), found=str(error.strerror or error).lower())) from error
    except UnicodeDecodeError as error:
        raise DataError(describe(str(path), found="not UTF-8", do="save it as UTF-8, a word a line")) from error
    return _plain(line.partition("#")[0] for line in lines)


def _plain(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip().lower().replace("’", "'") for word in words) - {""}
