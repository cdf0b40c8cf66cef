"""Whatever stands in the files, loading gives settings or a list of mistakes, and nothing else."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitord.settings import Settings, SettingsError
from tests.settings.small import SMALL, loaded

CONFIG = Path(__file__).resolve().parents[2] / "config"
FILES = {path.name: path.read_bytes() for path in sorted(CONFIG.glob("*.yaml"))} | {"small.yaml": SMALL.encode()}

TWISTS = (
    b"\t",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"- ",
    b"&a ",
    b"*a",
    b"!!int ",
    b"!",
    b"|",
    b">",
    b"'",
    b'"',
    b"#",
    b"%YAML 1.1\n",
    b"---\n",
    b"...\n",
    b"? ",
    b"<<: ",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"0x1F",
    b"NaN",
    b".inf",
    b"2026-99-99",
    b"24:00",
    b"25:61",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"\n",
    b"\r",
    b"\xc2\x85",
    b"a" * 400,
    b"{secret: ../../etc/passwd}",
    b"{secret: core}",
    b"[[[[[[[[[[[[",
    b"\\u0000",
    b'"\\x00"',
    b'"\\ud800"',
    b'"\\UFFFFFFFF"',
)


def outcome(content: bytes) -> Settings | SettingsError:
    """Return what loading one file gives; any other exception is the failure looked for."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "file.yaml").write_bytes(content)
        try:
            return loaded(Path(folder))
        except SettingsError as error:
            return error


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A file of the example with some of its bytes cut, doubled, moved or twisted."""
    content = FILES[draw(st.sampled_from(sorted(FILES)))]
    random = Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 6))):
        at = random.randrange(len(content) + 1)
        end = min(len(content), at + random.choice((0, 1, 2, 5, 20, 200)))
        piece = random.choice((b"", *TWISTS, content[at:end] * 2, content[end : end + 40]))
        content = content[:at] + piece + content[end:]
    return content


@pytest.mark.slow
@given(mutations())
@settings(max_examples=150, deadline=None)
def test_a_mutated_file_gives_settings_or_mistakes(content: bytes) -> None:
    assert str(outcome(content))


WORDS = (
    "desk",
    "web",
    "telegram",
    "log_channel",
    "units",
    "organisations",
    "communes",
    "operators",
    "teams",
    "power_areas",
    "routes",
    "rings",
    "services",
    "duty_kinds",
    "people",
    "sites",
    "devices",
    "links",
    "policies",
    "roster",
)
SCALARS = st.sampled_from(
    [
        "1",
        "-1",
        "x",
        "''",
        "~",
        "true",
        "1.5",
        "22:00",
        "30s",
        "2026-01-01",
        "core",
        "vt",
        "shift",
        "an",
        "{secret: core}",
    ]
)
KEYS = st.sampled_from(
    [
        "id",
        "name",
        "unit",
        "site",
        "snmp",
        "address",
        "community",
        "checks",
        "check",
        "timing",
        "interval",
        "severity",
        "severities",
        "steps",
        "after",
        "tell",
        "duty",
        "channels",
        "every_day",
        "shifts",
        "from",
        "to",
        "people",
        "person",
        "parent",
        "a",
        "b",
        "device",
        "interface",
        "version",
        "auth",
        "key",
        "zone",
        "administrators",
        "token",
        "proxy",
        "path",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(KEYS, inner, max_size=4).map(
            lambda held: "{" + ", ".join(f"{key}: {value}" for key, value in held.items()) + "}"
        ),
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(WORDS), TREES, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
@example({"devices": "[{id: a, name: a, unit: a, site: a, parent: a, checks: [{check: [x]}, {check: ~}, 5, ~]}]"})
@example({"desk": "1", "organisations": "[{id: []}]"})
@example(
    {"rings": "[{id: [], members: 5}]", "links": "[{id: {}, along: [[]]}]", "communes": "[{id: ~, formerly: [~]}]"}
)
@example({"desk": "{name: x, zone: '.', defaults: {interval: ~}}"})
@example({"devices": "[{id: a, name: a, unit: a, site: a, checks: {check: agent_answers}, tags: {1: 2, x: [y]}}]"})
@example(
    {"web": "{host: [x], port: true}", "telegram": "{token: 5, base_url: 'http://[', proxy: 'http://a:b@c:99999'}"}
)
def test_any_shape_in_any_section_gives_settings_or_mistakes(sections: dict[str, str]) -> None:
    assert str(outcome("".join(f"{name}: {tree}\n" for name, tree in sections.items()).encode()))
