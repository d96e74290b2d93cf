"""What the words of reports mean: the one place from which pages explain them and docs/glossary.md is written.

`explained` links words of a finished page to a list at its end, which holds those alone that the page uses.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from html import escape

from .terms import CHAPTERS, Term

QUIET = frozenset(
    ("a", "bdi", "blockquote", "button", "code", "del", "h1", "head", "i", "label", "mark", "nav", "option", "pre", "q",
     "s", "select", "svg", "style", "td", "text", "textarea", "title")
)  # fmt: skip
"""Elements in which nothing is linked: what is a link already, and where words of the data stand."""
QUIET_CLASS = re.compile(
    r"""class="[^"]*\b(?:curves|flow|item|key-line|kicker|kwic|legend|names|panels|ranges|samples|shares|skip|tellings?|"""
    r"""text|traits|under|unit|wordlist|words)\b"""
)
"""Neither in such: words of the data again, and lines whose parts are set apart from each other."""
PIECE = re.compile(
    r"""(?s)<style\b.*?</style>|<svg\b.*?</svg>|<!--.*?-->|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>"""
)
NAMED = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
QUOTED = re.compile(r"“[^”]*”")
"""Names of the data in sentences."""
ANEW = re.compile(r"<(?:section|main)\b")
"""What begins a part of the page: a word is linked where it stands first in each."""
NO_END = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


def explained(page: str) -> str:
    """A page of HTML with its words of the field linked to their explanations, which are added at its end."""
    out, used = _linked(page)
    if not used:
        return page
    end = next(mark for mark in ("</main>", "<footer", "</body>", "") if mark in out)
    place = out.rindex(end) if end else len(out)
    out = out[:place] + listed(used) + out[place:]
    nav = out.find("<nav")
    overview = out.find("</ul>", nav) if nav >= 0 else -1
    if overview < 0:
        return out
    return f'{out[:overview]}<li><a href="#glossary">Words</a></li>\n{out[overview:]}'


def listed(terms: set[str]) -> str:
    """The explanations of some terms, as a section of a page."""
    entries = "\n".join(
        f'<dt id="{anchor(term)}">{escape(term.name)}</dt><dd>{_html(term.says)}</dd>'
        for term in sorted(all_terms(), key=lambda term: term.name.lower())
        if term.name in terms
    )
    return (
        '<section id="glossary" aria-labelledby="h-glossary">\n<h2 id="h-glossary">Words on this page</h2>\n'
        f'<dl class="glossary">\n{entries}\n</dl>\n</section>\n'
    )


def markdown() -> str:
    """The text of docs/glossary.md."""
    parts = [
        "# Glossary\n\nThe words that reports use, and the few that the practicals add. Words of the field are used in "
        "their usual sense. A\nreport explains those that stand in it at its end; each is a link.\n"
    ]
    for chapter, terms in CHAPTERS.items():
        parts.append(f"\n## {chapter}\n")
        for term in terms:
            lines = _wrapped(f"{term.says} {term.more}".strip())
            parts.append(f"\n{term.name}\n: " + "\n  ".join(lines) + "\n")
    return "".join(parts)


def all_terms() -> Iterator[Term]:
    for terms in CHAPTERS.values():
        yield from terms


def anchor(term: Term) -> str:
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.name.lower()).strip("-")


def _linked(page: str) -> tuple[str, set[str]]:
    """The page with links, and the names of the terms that they lead to."""
    used: set[str] = set()
    here: set[str] = set()
    quiet: list[str] = []
    out: list[str] = []
    place = 0
    for piece in PIECE.finditer(page):
        between = page[place : piece.start()]
        out.append(between if quiet or not between.strip() else _text(between, here, used))
        place = piece.end()
        tag = piece.group()
        out.append(tag)
        if ANEW.match(tag):
            here = set()
        _step(tag, quiet)
    out.append(page[place:])
    return "".join(out), used


def _step(tag: str, quiet: list[str]) -> None:
    """`quiet` is the open elements from the outermost in which nothing is linked; add or take away this one."""
    named = NAMED.match(tag)
    if named is None or named[1].lower() in NO_END or tag.endswith(("/>", "</style>", "</svg>")):
        return
    name = named[1].lower()
    if tag.startswith("</"):
        if quiet and quiet[-1] == name:
            quiet.pop()
    elif name in QUIET or QUIET_CLASS.search(tag) or (quiet and quiet[-1] == name):
        quiet.append(name)


def _text(text: str, here: set[str], used: set[str]) -> str:
    """The words of one piece of text, each linked where it was not yet in this part."""
    out, place = [], 0
    for quoted in QUOTED.finditer(text):
        out += [_words(text[place : quoted.start()], here, used), quoted.group()]
        place = quoted.end()
    return "".join([*out, _words(text[place:], here, used)])


def _words(text: str, here: set[str], used: set[str]) -> str:
    def one(found: re.Match[str]) -> str:
        term = _by_group()[found.lastgroup or ""]
        if term.name in here:
            return found.group()
        here.add(term.name)
        used.add(term.name)
        hint = escape(term.says.partition(". ")[0].replace("`", "").rstrip(".") + ".")
        return f'<a class="term" href="#{anchor(term)}" title="{hint}">{found.group()}</a>'

    return _pattern().sub(one, text)


@functools.cache
def _by_group() -> dict[str, Term]:
    return {f"t{number}": term for number, term in enumerate(_longest_first())}


@functools.cache
def _pattern() -> re.Pattern[str]:
    """All terms at once, each a group of its own, the longest first."""
    either = "|".join(f"(?P<t{number}>{term.seen})" for number, term in enumerate(_longest_first()))
    return re.compile(rf"(?<![\w&#.-])(?:{either})(?![\w-])", re.IGNORECASE)


def _longest_first() -> list[Term]:
    return sorted((term for term in all_terms() if term.seen), key=lambda term: (-len(term.seen), term.name))


def _html(says: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(says, quote=False))


def _wrapped(text: str, width: int = 118) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
