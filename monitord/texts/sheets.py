"""The words in which a roster file is rehearsed: what each language must have."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetWords:
    """Words by what they are said of; `{said}` is what stands in the cell, `{more}` what is understood or named.

    `refused` says why a file is not read and what to do; `asks` what a doubt is about; `settles` how it is settled;
    `notes` what was understood; `finds` what the roster leaves open; `columns` what a column holds.
    """

    refused: Mapping[str, str]
    asks: Mapping[str, str]
    settles: Mapping[str, str]
    notes: Mapping[str, str]
    finds: Mapping[str, str]
    columns: Mapping[str, str]
    headings: tuple[str, ...]
    weekdays: tuple[str, ...]
    phrases: Mapping[str, str]


SETTLED_BY_HAND = "by_hand"
"""How a doubt without a proposal is settled: in the file."""
