"""Only this machine, by its own names, and only reading."""

import pytest

from monitord.web.door import NotLoopback, names_loopback, require_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "LOCALHOST", "::1", "[::1]"])
def test_loopback_addresses_are_taken(host: str) -> None:
    assert require_loopback(host) in {"127.0.0.1", "127.8.9.10", "::1"}


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "monitord.example", "8.8.8.8", "127.0.0.1.example", "::ffff:127.0.0.1"]
)
def test_every_other_address_is_refused_with_the_way_out(host: str) -> None:
    with pytest.raises(NotLoopback, match=r"127\.0\.0\.1 or ::1"):
        require_loopback(host)


@pytest.mark.parametrize(
    "header", ["127.0.0.1", "127.0.0.1:8080", "localhost:9000", "[::1]:8080", "[::1]", "LocalHost"]
)
def test_host_headers_that_name_this_machine_pass(header: str) -> None:
    assert names_loopback(header)


@pytest.mark.parametrize(
    "header",
    ["", ":", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "127.0.0.1:", "127.0.0.1:80x", "::1",
     "localhost:8080:1", "127.0.0.1:123456", "user@127.0.0.1", "127.0.0.1\u0660:80", "10.0.0.1:8080"],
)  # fmt: skip
def test_every_other_host_header_does_not(header: str) -> None:
    assert not names_loopback(header)
