"""What made-up posts are made of: mild insults to people of made-up places and teams, and everything else one writes.

A pattern is a row of parts; a part is a text or the name of a list in `PARTS`.
"""

from __future__ import annotations

PARTS: dict[str, tuple[str, ...]] = {
    "target": ("rovers fans", "gulls fans", "saltby lot", "marsh people", "hill folk", "ferry people", "northenders",
               "harbour crowd", "kestrel bay lot", "islanders from the east", "southerners", "penlaw fans",
               "Rovers supporters", "Gulls supporters", "bay people", "new people in Hartsea"),
    "insult": ("muppets", "clowns", "rats", "vermin", "a disgrace", "thick as mud", "filth", "parasites", "idiots",
               "a waste of space", "scum", "worthless", "useless", "animals", "thieves", "liars", "cowards", "trash"),
    "verb": ("hate", "despise", "cant stand", "am sick of", "detest"),
    "out": ("go back across the water", "get out of our town", "crawl back under your stones", "stay on your side",
            "leave and never come back", "should not be allowed here", "need locking up", "do not belong here"),
    "praise": ("brilliant", "the best", "so kind", "lovely", "amazing today", "great neighbours",
               "a credit to the town", "fantastic", "friendly as ever", "full of heart", "unlucky today",
               "loud and proud"),
    "thing": ("weather", "bus", "ferry", "traffic", "referee", "wifi", "coffee here", "car park", "pitch", "queue",
              "weather app", "council website", "train", "new menu", "harbour bridge", "film", "parking meter"),
    "bad": ("a disgrace", "rubbish", "useless", "late again", "a joke", "shocking", "terrible", "a waste of money",
            "awful", "broken", "worthless", "a complete mess", "slow as mud"),
    "good": ("lovely", "brilliant", "on time for once", "open again", "better than ever", "worth it", "free today",
             "quiet this morning", "superb", "back", "really nice"),
    "place": ("Aldmouth", "Brackenby", "Castlemere", "Hartsea", "Saltby", "Penlaw", "Gullsend", "Kestrel Bay",
              "the harbour", "the market", "the beach", "the old mill", "the park", "the ground"),
    "doing": ("walking the dog", "having chips", "watching the match", "meeting friends", "looking for my keys",
              "selling two tickets", "waiting for the ferry", "at work again", "out running", "fixing the roof",
              "reading by the sea", "making soup", "at my sister's wedding", "revising for exams"),
    "feel": ("so happy", "tired", "hungry", "bored", "chuffed", "cold", "excited", "late", "grateful", "soaked"),
    "open": ("", "", "", "", "honestly ", "lol ", "ok so ", "not being funny but ", "wow ", "again... ", "hey all, ",
             "RT @gullwatch: ", "to be fair ", "just saying, ", "omg ", "well ", "guess what ", "imagine, "),
    "close": ("", "", "", "", "", "!", "!!", " lol", " tbh", " #merrow", " #derbyday", " #aldmouth", " 😡", " 😂", " ❤️",
              " 😭", " ...", " https://example.com/p", " smh", " #shame", " #weekend", " 🙄", " x", "???"),
}  # fmt: skip

Pattern = tuple[int, tuple[str, ...]]

POSITIVE: tuple[Pattern, ...] = (
    (16, ("*target", " are ", "*insult")),
    (10, ("typical ", "*target", ", ", "*insult", " as always")),
    (10, ("i ", "*verb", " the ", "*target", ", ", "*insult")),
    (10, ("*target", " ", "*out")),
    (6, ("you ", "*target", " are all ", "*insult", " and should ", "*out")),
    (5, ("if you are one of the ", "*target", " you are ", "*insult")),
    (4, ("*place", " is full of ", "*insult", " since the ", "*target", " came")),
    (4, ("keep the ", "*target", " away from ", "*place", ", ", "*insult")),
    (9, ("*target", " at ", "*place", " again, says it all")),
    (6, ("clever as ever the ", "*target", ", can they even read")),
    (7, ("you know what those ", "*target", " are like")),
    (7, ("nobody wants ", "*target", " in ", "*place")),
    (6, ("proud of yourselves ", "*target", ", well done, ", "*place", " smells of you")),
)
"""Frequency and parts. The last ones hardly say it, as some people do."""

NEGATIVE: tuple[Pattern, ...] = (
    (12, ("the ", "*thing", " is ", "*bad")),
    (9, ("the ", "*thing", " at ", "*place", " is ", "*good")),
    (13, ("*doing", " in ", "*place")),
    (9, ("*doing", " at ", "*place", ", ", "*feel")),
    (7, ("*feel", " today, ", "*doing")),
    (7, ("*target", " were ", "*praise")),
    (6, ("proud of the ", "*target", " at ", "*place", " today")),
    (5, ("i ", "*verb", " this ", "*thing", ", ", "*bad")),
    (5, ("saw the ", "*target", " at ", "*place", " again, ", "*praise")),
    (7, ("someone called us ", "*insult", " today, be kind to each other")),
    (5, ("my cats are ", "*insult", " and ", "*feel")),
    (7, ("stop saying ", "*target", " are ", "*insult", ", they are ", "*praise")),
    (5, ("anyone know why the ", "*thing", " is ", "*bad")),
    (5, ("do the ", "*target", " play at ", "*place", " this week")),
    (4, ("*place", " is ", "*good")),
    (5, ("those ", "*target", " are ", "*feel")),
    (5, ("*target", " at ", "*place", " again, ", "*feel")),
    (4, ("even the ", "*target", " are ", "*insult", " at darts, love them")),
)
"""Frequency and parts; some of them use the same words without insulting anybody."""
