"""The same stories as an SMS tells them, and as a letter that can only be answered in writing."""

from collections.abc import Mapping
from dataclasses import replace

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


def written(words: Words) -> Mapping[str, str]:
    """Return some stories for a channel without buttons, by what their golden file is called."""
    return {
        f"{name}-{how}": words.message(replace(STORIES[name], answering=Answering(how)))
        for name in IN_WRITING
        for how in (Answering.WRITE, Answering.NOT_HERE)
    }
