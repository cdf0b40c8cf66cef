"""The check kinds there are: one file each, found by scanning folders."""

import importlib.util
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

import monitord
from monitord.domain.looking import Check

PACKAGE = "monitord_checks"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class CheckFilesWrong(Exception):
    """Check files cannot be used: every mistake of all folders, each with its path."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def builtin_folder() -> Path:
    """Return the folder of the check kinds that come with the daemon; CheckFilesWrong when there is none.

    That is the installed package `monitord_checks`, else `checks/` beside the package `monitord` (a source tree that is
    not installed).
    """
    candidates: list[Path] = []
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None:
        candidates.extend(Path(place) for place in spec.submodule_search_locations or ())
    candidates.append(Path(monitord.__file__).resolve().parent.parent / "checks")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise CheckFilesWrong([f"no folder of check kinds: neither {' nor '.join(map(str, candidates))}"])


def find_checks(folders: Iterable[Path]) -> Mapping[str, Check]:
    """Return the check kinds declared by the files of `folders`, by name.

    A file `[a-z]*.py` declares one `CHECK`. CheckFilesWrong names every file that cannot be read, fails to import,
    declares none, and every pair that declares the same name. A folder given twice counts once.
    """
    found: dict[str, tuple[Path, Check]] = {}
    mistakes: list[str] = []
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        if not folder.is_dir():
            mistakes.append(f"{folder}: no such folder")
            continue
        for path in sorted(folder.glob("[a-z]*.py")):
            try:
                check = load_check(path)
            except CheckFilesWrong as wrong:
                mistakes.extend(wrong.mistakes)
                continue
            standing, _ = found.setdefault(check.name, (path, check))
            if standing is not path:
                mistakes.append(f"{path}: a check named {check.name!r} exists already in {standing}")
    if mistakes:
        raise CheckFilesWrong(mistakes)
    return MappingProxyType({name: check for name, (_, check) in sorted(found.items())})


def load_check(path: Path) -> Check:
    """Return the `CHECK` a file declares; CheckFilesWrong with its path when it cannot."""
    # Two folders may hold files of one stem; the digest keeps their modules apart.
    name = f"{PACKAGE}_{blake2b(str(path).encode(), digest_size=4).hexdigest()}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CheckFilesWrong([f"{path}: not a Python file"])
    module = importlib.util.module_from_spec(spec)
    # Dataclasses with postponed annotations look their module up while it is being executed.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        check = _declared(getattr(module, "CHECK", None))
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise CheckFilesWrong([f"{path}: {_said(error, path)}"]) from error
    return check


def _declared(check: object) -> Check:
    if check is None:
        raise ValueError("declares no CHECK")
    if not isinstance(check, Check):
        raise TypeError(f"CHECK is a {type(check).__name__}, not a Check")
    if not isinstance(check.name, str) or not _NAME.fullmatch(check.name):
        raise ValueError(f"CHECK.name is {check.name!r}; a name is small letters, digits and _")
    if not (isinstance(check.params, type) and is_dataclass(check.params)):
        raise TypeError("CHECK.params is not a dataclass")
    if not (callable(check.needs) and callable(check.judge) and callable(check.instance)):
        raise TypeError("CHECK.needs, CHECK.judge and CHECK.instance must be functions")
    return check


def _said(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == str(path) else line
        trace = trace.tb_next
    place = f"line {line}: " if line else ""
    return f"{place}{type(error).__name__}: {error}"
