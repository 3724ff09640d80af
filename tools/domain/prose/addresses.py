"""What leads out of a text or identifies something for good: ARNs, e-mail addresses, URLs, images, links, HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.domain.prose.readings import Found, Kind, Mention

_IMAGE = re.compile(r"!\[[^\]\ufffc]{0,500}\]?(?:\([^()\s]*\)?|\[[^\]]{0,200}\])?")
_TARGET = re.compile(
    r"(?<=\])\([ ]{0,3}(?:<(?P<wrapped>[^<>]*+)>|(?P<target>[^()\s<>]++(?:\([^()\s]*+\)[^()\s<>]*+)?))"
    r"(?P<title>[^()]{0,500})\)"
)
_DEFINITION = re.compile(r"(?<=\]:)[ ]{0,3}<?(?P<target>[^\s<>]+)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*+>|<[A-Za-z][\w-]*+[ /][^<>=]*+=[^<>]*+|<[!?][^<>]*+>?")
_ARN = re.compile(r"(?<![A-Za-z0-9])arn:[^\s'\"<>()\[\]{}|,;\ufffc]+", re.IGNORECASE)
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://|www\.|//(?=[A-Za-z0-9.-]{1,100}\.[A-Za-z])"
    r"|(?:mailto|javascript|data|tel|sms|file):(?=[^\s]))[^\s'\"<>()\[\]{}|,;\ufffc]*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)*+")
# Without a scheme only what many programs turn into a link by themselves.
_DOMAIN = re.compile(
    r"(?<![\w.@/-])(?:[A-Za-z0-9-]++\.)+(?:com|net|org|io|dev|cloud|app|ai|co|info|biz|gov|edu|uk|eu|de|fr|ru|cn|xyz|site"
    r"|online|top|link|click|page)(?![\w-]|\.\w)(?:/[^\s'\"<>()\[\]{}|,;]*+)?"
)
_ADDRESSES = ((Kind.ARN, _ARN), (Kind.ADDRESS, _SCHEME), (Kind.ADDRESS, _EMAIL), (Kind.ADDRESS, _DOMAIN))
_CLOSING = ".:!?*_`"


def addresses_in(text: str) -> Iterator[Found]:
    """Every ARN and every address of a plain text, which may lie in one another.

    An image is shown, and with it fetched, without anybody clicking it, so it is never true.
    """
    for image in _IMAGE.finditer(text):
        yield Found(Kind.ADDRESS, image.start(), image.end(), ())
    for link in _TARGET.finditer(text):
        part = "target" if link["wrapped"] is None else "wrapped"
        yield _literal(Kind.ADDRESS, link.start(part), link[part])
        if link["title"].strip():
            yield Found(Kind.ADDRESS, link.start("title"), link.end("title"), ())
    for definition in _DEFINITION.finditer(text):
        yield _literal(Kind.ADDRESS, definition.start("target"), definition["target"])
    for tag in _TAG.finditer(text):
        inside = tag.group().strip("<>")
        if _SCHEME.fullmatch(inside) is None and _EMAIL.fullmatch(inside) is None:
            yield _literal(Kind.ADDRESS, tag.start(), tag.group())
    for kind, pattern in _ADDRESSES:
        for address in pattern.finditer(text):
            yield _literal(kind, address.start(), address.group().rstrip(_CLOSING))


def _literal(kind: Kind, start: int, written: str) -> Found:
    return Found(kind, start, start + len(written), (Mention(written, is_literal=True),))
