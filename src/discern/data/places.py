"""A made-up island with towns, areas and people: somewhere for made-up notes and posts to happen."""

from __future__ import annotations

TOWNS = (
    "Aldmouth", "Brackenby", "Castlemere", "Dunharrow", "Eastwold", "Fennick", "Gullsend", "Hartsea", "Inchmoor",
    "Kestrel Bay", "Lowick Sands", "Merrowport", "Nethercombe", "Osmersby", "Penlaw", "Ravensholt", "Saltby",
    "Thornwick", "Ulverscar", "Westerby",
)  # fmt: skip
