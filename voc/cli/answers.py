"""`voc painpoints`, `search`, `mentions`, `trends`: the API's answers on the command line."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voc.api.cursors import Cursors
from voc.api.deps import Page, PainParams, TrendParams
from voc.api.pages import Pages
from voc.api.reading import Index, taxonomy_of
from voc.cli import filters, shared
from voc.clock import system_clock
from voc.insight.painpoints import pain_points
from voc.insight.present import document_json, mention_json, pain_answer_json, trend_answer_json
from voc.insight.trends import trends as trends_of
from voc.runtime import Runtime

Words = Annotated[str | None, typer.Argument(help='Words that all must occur; "quoted" is a phrase.')]
Limit = Annotated[int, typer.Option(min=1, max=500, help="Most items.")]
Cursor = Annotated[str | None, typer.Option(help="`next_cursor` of the page before.")]
_QUOTE = 40  # characters of a quote that a table shows
_WIDTH = 150


def painpoints(
    sort: Annotated[str, typer.Option(help="harm people trend value impact.")] = "harm",
    level: Annotated[
        int | None, typer.Option(min=1, max=3, help="Depth of the node; default: leaves.")
    ] = None,
    limit: Limit = 10,
    product: filters.Product = None,
    brand: filters.Brand = None,
    version: filters.Version = None,
    source: filters.Source = None,
    kind: filters.Kind = None,
    aspect: filters.Aspect = None,
    sentiment: filters.Sentiment = None,
    intent: filters.Intent = None,
    since: filters.Since = None,
    until: filters.Until = None,
    more: filters.More = None,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """What hurts customers most, ranked by the lower end of its interval, with their words.

    Example: voc painpoints --product "星河 X1" --since 2026-10-01
    """
    asked = filters.params(
        PainParams, more, sort=sort, level=level, limit=limit, product=product, brand=brand, version=version,
        source=source, kind=kind, aspect=aspect, sentiment=sentiment, intent=intent, since=since, until=until,
    )  # fmt: skip
    opened = shared.runtime(workspace)
    answer = _pains(opened, opened.workspace().name, asked)
    if as_json:
        shared.out_json(answer)
        return
    _show_pains(answer)


def show_painpoints(opened: Runtime, workspace: str, *, limit: int, since: str) -> None:
    """The ranking of a workspace from a day on, as a table."""
    _show_pains(_pains(opened, workspace, PainParams.model_validate({"limit": limit, "since": since})))


def search(
    words: Words = None,
    limit: Limit = 10,
    cursor: Cursor = None,
    count: Annotated[bool, typer.Option("--count", help="Only how many there are.")] = False,
    product: filters.Product = None,
    brand: filters.Brand = None,
    version: filters.Version = None,
    source: filters.Source = None,
    kind: filters.Kind = None,
    aspect: filters.Aspect = None,
    sentiment: filters.Sentiment = None,
    intent: filters.Intent = None,
    since: filters.Since = None,
    until: filters.Until = None,
    more: filters.More = None,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Documents, best match and newest first.

    Example: voc search "充电 发烫" --kind ticket --since 2026-10-01
    """
    asked = filters.params(
        Page, more, q=words, limit=limit, cursor=cursor, product=product, brand=brand, version=version,
        source=source, kind=kind, aspect=aspect, sentiment=sentiment, intent=intent, since=since, until=until,
    )  # fmt: skip
    opened = shared.runtime(workspace)
    name = opened.workspace().name
    if count:
        found = _index(opened).at(name).store.count_documents(asked.query(name))
        shared.out_json({"documents": found}) if as_json else shared.out(f"{found} documents")
        return
    hits, after = _listings(opened).documents(asked, name)
    items = [document_json(h.document, score=h.score if words else None) for h in hits]
    if as_json:
        shared.out_json({"items": items, "next_cursor": after})
        return
    for item in items:
        shared.out(f"{item['day']}  {item['source']}/{item['native_id']}  {item['sentiment']}")
        shared.out("  " + _short(item["text"], 100))
    _say_more(after)


def mentions(
    words: Words = None,
    limit: Limit = 10,
    cursor: Cursor = None,
    product: filters.Product = None,
    brand: filters.Brand = None,
    version: filters.Version = None,
    source: filters.Source = None,
    kind: filters.Kind = None,
    aspect: filters.Aspect = None,
    sentiment: filters.Sentiment = None,
    intent: filters.Intent = None,
    since: filters.Since = None,
    until: filters.Until = None,
    more: filters.More = None,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """Opinions with what they are about, newest first.

    Example: voc mentions --aspect battery --sentiment negative --filter counted=true
    """
    asked = filters.params(
        Page, more, q=words, limit=limit, cursor=cursor, product=product, brand=brand, version=version,
        source=source, kind=kind, aspect=aspect, sentiment=sentiment, intent=intent, since=since, until=until,
    )  # fmt: skip
    opened = shared.runtime(workspace)
    hits, after = _listings(opened).mentions(asked, opened.workspace().name)
    items = [mention_json(h.mention, h.document, score=h.score if words else None) for h in hits]
    if as_json:
        shared.out_json({"items": items, "next_cursor": after})
        return
    for hit in hits:
        quote = hit.document.text[hit.mention.clause.start : hit.mention.clause.end]
        about = " › ".join(hit.mention.aspect_names) or "(unmapped)"
        shared.out(f"{hit.document.day}  {hit.mention.sentiment}  harm {hit.mention.harm}  {about}")
        shared.out("  " + _short(quote, 100))
    _say_more(after)


def trends(
    interval: Annotated[str, typer.Option(help="day week month.")] = "week",
    product: filters.Product = None,
    brand: filters.Brand = None,
    version: filters.Version = None,
    source: filters.Source = None,
    kind: filters.Kind = None,
    aspect: filters.Aspect = None,
    sentiment: filters.Sentiment = None,
    intent: filters.Intent = None,
    since: filters.Since = None,
    until: filters.Until = None,
    more: filters.More = None,
    workspace: shared.WorkspaceOption = None,
    as_json: shared.JsonOption = False,
) -> None:
    """People and mentions over time, of one aspect or all.

    Example: voc trends --aspect battery --interval week
    """
    asked = filters.params(
        TrendParams, more, interval=interval, product=product, brand=brand, version=version, source=source,
        kind=kind, aspect=aspect, sentiment=sentiment, intent=intent, since=since, until=until,
    )  # fmt: skip
    opened = shared.runtime(workspace)
    known = opened.workspace()
    reading = _index(opened).at(known.name)
    found = trends_of(
        reading.store,
        asked.query(known.name),
        taxonomy=taxonomy_of(known.taxonomy),
        settings=opened.settings,
        as_of=reading.as_of,
        interval=asked.interval,
    )
    answer = trend_answer_json(found)
    if as_json:
        shared.out_json(answer)
        return
    for item in answer["items"]:
        people = "-" if item["people"] is None else item["people"]
        negative = "-" if item["people_negative"] is None else item["people_negative"]
        shared.out(f"{item['start']}  {people:>6} people  {negative:>6} negative  {item['status']}")


def _pains(opened: Runtime, workspace: str, asked: PainParams) -> dict[str, Any]:
    known = opened.workspace(workspace)
    reading = _index(opened).at(workspace)
    return pain_answer_json(
        pain_points(
            reading.store,
            asked.query(workspace),
            taxonomy=taxonomy_of(known.taxonomy),
            settings=opened.settings,
            as_of=reading.as_of,
            sort=asked.sort,
            limit=asked.limit,
        )
    )


def _show_pains(answer: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("#", "pain", "harm (90 %)", "people", "trend", "in whose words"):
        table.add_column(name, justify="right" if name in ("#", "people") else "left", no_wrap=True)
    for item in answer["items"]:
        low, high = item["harm_ci"]
        lane = " critical" if item["lane"] else ""
        rank = str(item["rank"]) if item["rank"] is not None else "-"
        quote = item["evidence"][0]["quote"] if item["evidence"] else ""
        table.add_row(
            rank,
            Text(item["name"]),
            f"{item['harm']:.1f} ({low:.1f}–{high:.1f}){lane}",
            str(item["people"]),
            "{verdict} ×{ratio:.1f}".format(**item["trend"]) if item["trend"] else "",
            Text(_short(quote, _QUOTE)),  # never read as markup
        )
    Console(width=_WIDTH).print(table)
    query = answer["query"]
    shared.out(
        f"{answer['people_total']} people, {answer['documents_total']} documents, "
        f"{query.get('since')} to {query.get('until')}, as of {answer['as_of']}"
    )


def _index(opened: Runtime) -> Index:
    return Index(opened)


def _listings(opened: Runtime) -> Pages:
    cursors = Cursors(opened.keys.id_key, clock=system_clock, ttl_s=opened.settings.cursor_ttl_s)
    return Pages(_index(opened), cursors)


def _say_more(cursor: str | None) -> None:
    if cursor is not None:
        shared.say("more: add --limit, or --json and --cursor")


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
