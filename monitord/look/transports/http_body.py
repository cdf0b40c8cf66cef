"""A page's body, bounded before and after unpacking."""

import zlib
from collections.abc import Callable

import requests
from urllib3 import HTTPResponse

from monitord.look.transports.http_line import MAX_BODY, Line

_PIECE = 16 * 1024


class Undecodable(Exception):
    """The body is not packed as its header says."""


def read_body(answer: requests.Response, line: Line) -> None:
    """Read the unpacked body onto `line`, at most `MAX_BODY` of it; what came before a break stays there.
    TimeoutError when the line is cut.

    Packing was not asked for (`Accept-Encoding: identity`); gzip and deflate are understood all the same, others left
    as they are.
    """
    raw = answer.raw
    assert isinstance(raw, HTTPResponse)
    unpack = _unpacker(answer.headers.get("Content-Encoding", ""))
    while piece := raw.read1(_PIECE, decode_content=False):
        try:
            line.body += unpack(piece, MAX_BODY + 1 - len(line.body))
        except zlib.error as error:
            raise Undecodable("body is not packed as its header says") from error
        if len(line.body) > MAX_BODY:
            line.truncated = True
            return
    if line.is_cut:  # a socket shut down at the deadline looks like the end of a body without a length
        raise TimeoutError


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    match encoding.strip().lower():
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress
        case _:
            return lambda piece, most: piece[:most]
