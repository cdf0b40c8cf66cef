"""The demo's web sites, as a plain HTTP client meets them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from monitord.clock import SystemClock
from monitord.demo.sites import Ill, Site, SiteFault


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site(SystemClock(), "Bưu điện <tỉnh>", "127.0.79.1") as running:
        yield running


async def get(site: Site, timeout: float = 2.0) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=timeout) as client:
        return await client.get(site.url)


async def raw(site: Site, most: int, patience: float = 0.3) -> bytes:
    """Return the first bytes of an answer: at most `most`, or what came within `patience` seconds."""
    host, port = site.url.removeprefix("http://").rstrip("/").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    heard = b""
    try:
        async with asyncio.timeout(patience):
            while len(heard) < most and (part := await reader.read(most)):
                heard += part
    except TimeoutError:
        pass
    finally:
        writer.close()
    return heard


async def test_a_healthy_site_shows_a_vietnamese_page_over_one_connection(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        for _ in range(3):
            answer = await client.get(site.url)
            assert answer.status_code == 200
            assert "Bưu điện &lt;tỉnh&gt;" in answer.text
    assert site.asked == 1


async def test_the_simple_faults_are_answers(site: Site) -> None:
    for fault, status in (("status 503", 503), ("status 599", 599), ("notext", 200), ("redirect http://x.vn/", 302)):
        await site.break_with(fault)
        answer = await get(site)
        assert answer.status_code == status
        assert "bình thường" not in answer.text
    assert answer.headers["location"] == "http://x.vn/"
    await site.break_with("loop")
    assert (await get(site)).headers["location"] == site.url
    await site.mend()
    assert "bình thường" in (await get(site)).text


async def test_a_gzip_bomb_is_small_on_the_wire(site: Site) -> None:
    await site.break_with("gzipbomb 5")
    async with httpx.AsyncClient(trust_env=False, verify=False) as client, client.stream("GET", site.url) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) == 5 << 20


@pytest.mark.parametrize("fault", ["close", "garbage", "short", "badchunk", "refuse"])
async def test_broken_answers_are_errors_for_a_client(site: Site, fault: str) -> None:
    await site.break_with(fault)
    with pytest.raises(httpx.TransportError):
        await get(site)
    await site.mend()
    assert (await get(site)).status_code == 200


@pytest.mark.parametrize("fault", ["slow 60", "hang", "dripheader 0.05"])
async def test_slow_sites_give_no_whole_answer(site: Site, fault: str) -> None:
    await site.break_with(fault)
    heard = await raw(site, 1 << 16)
    assert b"\r\n\r\n" not in heard
    assert len(heard) < 60


async def test_a_dripping_body_comes_byte_by_byte_for_ever_almost(site: Site) -> None:
    await site.break_with("dripbody 0.05")
    body = (await raw(site, 1 << 16)).partition(b"\r\n\r\n")[2]
    assert 1 <= len(body) < 30
    assert site.page().startswith(body)


async def test_an_endless_body_has_no_end(site: Site) -> None:
    await site.break_with("endless")
    assert len(await raw(site, 2 << 20, 5)) >= 2 << 20


async def test_two_lengths_and_a_lying_charset(site: Site) -> None:
    await site.break_with("twolengths")
    assert (await raw(site, 1 << 16)).count(b"Content-Length") == 2
    await site.break_with("charset")
    assert "nonsense-8" in (await get(site)).headers["content-type"]


async def test_a_tls_client_hangs_in_the_handshake(site: Site) -> None:
    await site.break_with("hang")
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=0.2) as client:
        with pytest.raises(httpx.TimeoutException):
            await client.get(site.url.replace("http:", "https:"))


def test_faults_are_read_from_words() -> None:
    assert SiteFault.parse("status 404") == SiteFault(Ill.STATUS, 404)
    with pytest.raises(ValueError, match="xyz"):
        SiteFault.parse("xyz")


def test_a_site_is_for_nobody_outside() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.0/8"):
        Site(SystemClock(), "x", "10.0.0.1")
