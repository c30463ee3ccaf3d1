"""`/v1/taxonomies`: what customers may talk about, as versioned trees."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from voc.api.auth import Opened, Reader
from voc.api.deps import Params
from voc.api.reading import taxonomy_of
from voc.api.replies import answer, listing
from voc.api.run_schemas import TaxonomiesOut, TaxonomyOut
from voc.errors import UsageError
from voc.nlp.taxonomy import Taxonomy

router = APIRouter(prefix="/v1/taxonomies", tags=["labels"])


@router.get("", response_model=TaxonomiesOut)
def taxonomies(caller: Reader, opened: Opened, params: Annotated[Params, Query()]) -> Response:
    """The packs, and the one the workspace uses (`current`)."""
    current = taxonomy_of(opened.workspace(caller.workspace).taxonomy)
    packs = [taxonomy_of(name) for name in Taxonomy.packs()]
    if current.name not in {pack.name for pack in packs}:
        packs.append(current)
    return listing([_head(pack) for pack in packs], current=current.name)


@router.get("/{name}", response_model=TaxonomyOut)
def taxonomy(
    name: Annotated[str, Path(max_length=64)],
    caller: Reader,
    opened: Opened,
    params: Annotated[Params, Query()],
) -> Response:
    """One tree; nodes in its order, each with its parent."""
    current = taxonomy_of(opened.workspace(caller.workspace).taxonomy)
    if name == current.name:
        return answer(_whole(current))
    if name not in Taxonomy.packs():
        raise UsageError("no such taxonomy", code="VOC-E104", cure="see /v1/taxonomies")
    return answer(_whole(taxonomy_of(name)))


def _head(pack: Taxonomy) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "ref": pack.ref,
        "title": pack.title,
        "size": len(pack.nodes),
    }


def _whole(pack: Taxonomy) -> dict[str, Any]:
    nodes = [
        {
            "id": node.id,
            "name": node.name,
            "level": node.level,
            "parent": node.parent,
            "path": list(pack.names(node.id)),
            "aliases": list(node.aliases),
            "examples": list(node.examples),
            "department": node.department,
        }
        for node in pack.nodes.values()
    ]
    return {**_head(pack), "nodes": nodes}
