"""Every text, compared letter by letter with its golden file. MONITORD_WRITE_GOLDEN=1 writes them anew: then read
them aloud.
"""

import os
from pathlib import Path

import pytest

from monitord.texts import LANGUAGES
from tests.texts.bulletin_texts import bulletins
from tests.texts.digest_texts import digests
from tests.texts.handover_texts import handovers
from tests.texts.log_rows import NAMES, ROWS
from tests.texts.short_texts import calls, shorts, written
from tests.texts.stories import STORIES, ZONE, asides
from tests.texts.typed_texts import typed

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "texts"
TEXTS = {
    f"{lang}-{name}": text
    for lang, words in LANGUAGES.items()
    for name, text in (
        *((name, words.message(story)) for name, story in STORIES.items()),
        *written(words).items(),
        ("short", shorts(words)),
        ("spoken", calls(words)),
        *asides(words).items(),
        *bulletins(words).items(),
        *typed(words).items(),
        *digests(words).items(),
        *handovers(words).items(),
        ("log", "\n".join(words.log_line(kind, refs, NAMES, ZONE) for kind, refs in ROWS.items())),
    )
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_text_is_the_golden_one(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("MONITORD_WRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXTS[name] + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == TEXTS[name] + "\n"


def test_there_is_no_golden_file_without_a_text() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(TEXTS)
