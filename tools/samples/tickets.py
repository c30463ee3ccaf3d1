"""Service tickets of the made-up phone brand: dialogues with a state."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import yaml

from tools.samples.phone import CITIES, FIX_WEEK, UPDATE_WEEK, version_at
from tools.samples.writer import TEXTS, WEEKS, Writer, fill, iso, pick


def phone_tickets(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Dialogues with a customer, an agent and a state."""
    texts = yaml.safe_load((TEXTS / "phone_tickets.yaml").read_text("utf-8"))
    issues, staff, closing = texts["issues"], texts["staff"], texts["closing"]
    found = []
    for index in range(count):
        week = index * WEEKS // count
        rise = max(0, week - UPDATE_WEEK + 1) * 2.0
        weights = {
            "battery_after_update": rise * 2,
            "heat_after_update": rise,
            "screen": 3,
            "charge": 3,
            "camera": 2,
            "wifi": 7.0 if week < FIX_WEEK else max(0.3, 7 * 0.45 ** (week - FIX_WEEK + 1)),
            "refund": 4,
            "repair": 4,
            "question": 5,
            "wish": 2,
        }
        issue = pick(rng, weights)
        found.append(ticket(rng, issues[issue], staff, closing, week=week, number=index + 1))
    found.append(ticket(rng, issues["safety"], staff, closing, week=9, number=count + 1))
    return sorted(found, key=lambda row: str(row["created_at"]))


def ticket(
    rng: random.Random,
    issue: dict[str, Any],
    staff: list[str],
    closing: list[str],
    *,
    week: int,
    number: int,
) -> dict[str, Any]:
    """One ticket."""
    moment = Writer(rng, {}).moment(week)
    product = rng.choices(("星河 X1", "星河 X1 Pro", "星河 S2"), weights=(6, 3, 2))[0]
    slots = {"product": product, "version": "2.3" if week >= UPDATE_WEEK else "2.2"}
    first, second = rng.sample(issue.get("staff", staff), 2)
    said = [("customer", rng.choice(issue["open"])), ("staff", first)]
    said += [("customer", rng.choice(issue["more"])), ("staff", second)]
    if rng.random() < 0.5 and "staff" not in issue:
        said.append(("customer", rng.choice(closing)))
    turns, at = [], moment
    for role, sentence in said:
        turns.append({"role": role, "at": iso(at), "text": fill(sentence, rng, slots)})
        at += timedelta(minutes=rng.randrange(1, 9))
    member = rng.randrange(1, 320)
    return {
        "native_id": f"GD2026{number:05d}",
        "title": issue["title"],
        "turns": turns,
        "created_at": iso(moment),
        "author": {"id": f"C{member:05d}", "role": "customer"},
        "brand": "星河",
        "product": product,
        "version": version_at(moment, rng),
        "status": rng.choices(("已关闭", "处理中", "待回访"), weights=(7, 2, 1))[0],
        "touchpoint": rng.choice(("热线", "在线客服", "APP")),
        "region": rng.choice(CITIES),
        "segment": ("老用户", "新用户", "会员")[member % 3],
        "value": float(1200 + member * 37 % 9000),
        "attrs": {"written": True},
    }
