"""What the demo says: its telephones, and the story in the terminal."""

DEMO = {
    # ---- the telephones ----
    "title": "Telephones of those on duty (demonstration)",
    "intro": "Each frame is one person’s telephone: the messages that arrived, and the buttons to press.",
    "desk": "The desk’s page",
    "empty": "No messages yet.",
    "edited": "edited",
    "reply": "a reply",
    "earlier": "earlier wording",
    "pressed": "Pressed",
    "answer": "Answer",
    "no_text": "(no text)",
    "messages": "messages",
    "skip": "To the telephones",
    "buttons_of": "Buttons of the message of",
    "gone": "That button is gone.",
    "foreign": "This form comes from elsewhere.",
    "robot": "Automatic account (tries the channel)",
    "no_one": "Nobody has that telephone.",
    # ---- the story, told in the terminal ----
    "starting": "Setting up a simulated province on this machine (some seconds)…",
    "page": "The duty desk's page:",
    "phones": "The telephones of those on duty:",
    "silent": "→ The demo makes {device} fall silent.",
    "wait_for_press": "→ Open the telephones and press “{button}” when you like; until then the message goes up.",
    "presses": "→ {person} presses “{button}”.",
    "mended": "→ The demo lets {device} work again.",
    "over": "→ The story is over. A new fault comes in {wait}; Ctrl-C ends the demo.",
    "log_rows": "Journal: {rows} rows. {chain}.",
    "right": "The story came out as roster and policy say.",
    "wrong": "The story came out WRONG:",
}
