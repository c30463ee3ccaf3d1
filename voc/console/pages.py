"""Serves the console: one page and its files, all local; it asks the API with the reader's key."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Header, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
FILES: dict[str, str] = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "words.js": "text/javascript; charset=utf-8",
    "draw.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@cache
def _file(name: str) -> tuple[bytes, str]:
    content = (files("voc.console") / "static" / name).read_bytes()
    return content, '"' + hashlib.sha256(content).hexdigest()[:20] + '"'


def _served(name: str, known: str | None) -> Response:
    content, tag = _file(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if known == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=FILES[name], headers=headers)


@router.get("/")
def page(if_none_match: str | None = Header(None)) -> Response:
    """The console."""
    return _served("index.html", if_none_match)


@router.get("/console/{name}")
def file(name: str, if_none_match: str | None = Header(None)) -> Response:
    """A file of the console."""
    if name not in FILES:
        raise HTTPException(404, "no such file")
    return _served(name, if_none_match)
