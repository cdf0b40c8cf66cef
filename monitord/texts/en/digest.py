"""The words of digests in English."""

from monitord.texts.digest import DigestState
from monitord.texts.digester import Digester, DigestWords
from monitord.texts.en import letters, phrases

WORDS = DigestWords(
    drill=letters.DRILL,
    head="📬 DIGEST at {at}: {messages} messages, incidents: {incidents}",
    repeat=" (possible repeat)",
    waited="⚠️ Late: the oldest message has waited {waited}",
    line="{mark} {code} (severity {severity}) {name} – since {since}, {how}",
    nobody="nobody has it",
    taken="{by} has it",
    over="over at {at}",
    merged="merged into {into}",
    rest={
        DigestState.OPEN: "Also taken by nobody",
        DigestState.TAKEN: "Also taken",
        DigestState.OVER: "Also over",
    },
    press="Press an incident's button, or type XN and its number to take it, such as XN {number}",
    answer="Answer XN and a number to take that one, such as XN {number}",
    short_drill="DRILL ",
    short_head="DIGEST of {incidents}",
    short={DigestState.OPEN: "Nobody has", DigestState.TAKEN: "Taken", DigestState.OVER: "Over"},
    short_waited="Late by {waited}",
    short_answer="Answer XN {number} to take it",
)
DIGESTER = Digester(WORDS, phrases.duration)
