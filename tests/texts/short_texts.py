"""The same stories as an SMS tells them, as a call does, and as a letter that can only be answered in writing."""

from collections.abc import Mapping
from dataclasses import replace

from monitord.domain.notice import Key
from monitord.texts.squeeze import ONE_PART
from monitord.texts.story import Answering, Words
from tests.texts.stories import STORIES

IN_WRITING = ("step-shift", "step-leader-two-buttons", "approval", "handed", "storm-shift", "security")
"""Stories that name a button where there is one."""


def shorts(words: Words) -> str:
    """Return every story in one line, each after its name; a person can answer by writing."""
    lines = []
    for name, story in sorted(STORIES.items()):
        lines.append(f"{name}: {words.short(replace(story, answering=Answering.WRITE), ONE_PART)}")
    return "\n".join(lines)


def calls(words: Words) -> str:
    """Return every story as a call reads it aloud, each after its name, with the keys of a leader."""
    keys = (Key("1", "DN 004"), Key("2"), Key("3", connects="0900000001"))
    return "\n".join(f"{name}: {words.spoken(story, keys)}" for name, story in sorted(STORIES.items()))


def written(words: Words) -> Mapping[str, str]:
    """Return some stories for a channel without buttons, by what their golden file is called."""
    return {
        f"{name}-{how}": words.message(replace(STORIES[name], answering=Answering(how)))
        for name in IN_WRITING
        for how in (Answering.WRITE, Answering.NOT_HERE)
    }
