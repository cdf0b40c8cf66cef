"""What a planted bug is: a name, what it breaks in a sentence, and the text that is changed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug. Each change is (file below the root, text that stands there exactly once, text in its place)."""

    name: str
    breaks: str
    changes: tuple[tuple[str, str, str], ...]

    def plant(self, root: Path) -> None:
        """Change the files below `root`; ValueError when a text is not there exactly once."""
        for name, old, new in self.changes:
            path = root / name
            text = path.read_text("utf-8")
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: {name} holds {text.count(old)} times: {old!r}")
            path.write_text(text.replace(old, new), "utf-8")


def one(name: str, breaks: str, file: str, old: str, new: str) -> Mutant:
    """Return a bug of one change, the file below `monitord/`."""
    return Mutant(name, breaks, ((f"monitord/{file}", old, new),))
