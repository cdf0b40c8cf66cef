"""The example that newcomers copy works."""

import ast
import re
import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest

from monitord.sdk import Cause, Health, Reach, Sight, Syntax, Value
from tests.support.shared import REPOSITORY


@pytest.fixture
def example() -> ModuleType:
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [code] = re.findall(r"(?s)```python\n(.*?)```", page)
    module = ModuleType("example_of_a_check")
    sys.modules[module.__name__] = module
    exec(compile(ast.parse(code), "CONTRIBUTING.md", "exec"), module.__dict__)
    return module


def test_the_example_of_a_check_judges_what_it_needs(example: ModuleType) -> None:
    params = example.Params(text="7.15")
    [oid] = example.CHECK.needs(params).scalars

    def verdict(description: bytes) -> tuple[Health, Cause]:
        sight = Sight(
            datetime(2026, 2, 14, tzinfo=UTC), Reach.ANSWERED, values={oid: Value(Syntax.OCTETS, description)}
        )
        judged = example.CHECK.judge(params, sight, None)
        return judged.health, judged.cause

    assert verdict(b"RouterOS 7.15.2") == (Health.UP, Cause.FINE)
    assert verdict(b"RouterOS 6.49") == (Health.DOWN, Cause.TEXT_MISSING)
    with pytest.raises(ValueError, match="text"):
        example.Params(text="")
