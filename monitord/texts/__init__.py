"""Every word a person reads: Vietnamese first, English second."""

from monitord.texts.en import ENGLISH
from monitord.texts.story import Words
from monitord.texts.vi import VIETNAMESE

LANGUAGES: dict[str, Words] = {"vi": VIETNAMESE, "en": ENGLISH}


def pick(lang: str) -> Words:
    """Return the words of a language; KeyError for one there is not."""
    return LANGUAGES[lang]
