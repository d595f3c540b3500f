# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Asking where servers would go now."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._core.answer import answer
from .._core.options import order_from
from .._core.report import refusal_lines, warnings
from .ask import Outcome
from .converge import run_order

if t.TYPE_CHECKING:
    from .._cloud.hints import NameMaps
    from .._core.order import Spec
    from .._core.result import Result

_NOBODY = "placement"
_MOST_LINES = 10


def plan(params: t.Mapping[str, t.Any]) -> Outcome:
    """The slots that the order would fill now, and where; without a fleet, all of them as of a new one."""
    fleet = params.get("fleet")
    order = order_from({**params, "fleet": fleet or _NOBODY})
    ran = run_order(order if fleet else replace(order, fleet=""), params, check=True)
    names = {each.label: each.names for each in ran.accounts.all}
    rows = [
        {**row, **_called(order.spec, names[row["location"]], ran.image_at(row["location"]))}
        for row in answer(ran.result)["planned"]
    ]
    return Outcome(
        answer={"slots": rows},
        warnings=_few([*ran.accounts.warnings, *_remarks(ran.result)]),
        failure=ran.failure.removeprefix("fleet : "),
    )


def _called(spec: Spec, names: NameMaps, newest: str) -> dict[str, t.Any]:
    """What the things that the order names are called at one location; an image that it does not name has its id."""
    networks = [names.network.get(name, name) for name in spec.networks]
    key = spec.key_name or ""
    return {
        "image": newest if spec.image_filter else names.image.get(spec.image, spec.image),
        "network": networks[0] if networks else None,
        "nics": [{"net-name": name} for name in networks],
        "security_groups": [names.security_groups.get(name, name) for name in spec.security_groups],
        "key_name": names.key_name.get(key, key) or None,
    }


def _remarks(result: Result) -> list[str]:
    """What to know of a plan, and why it is not whole.

    Not whether servers were made from another order: that also depends on what a plan is not told, such as userdata.
    """
    told = warnings(replace(result, servers=tuple(replace(each, drifted=False) for each in result.servers)))
    silent = tuple(f"{label}: " for label, _fault in result.unknown)
    lacking = refusal_lines(result) if result.missing else []
    return told + [line for line in lacking if not line.startswith(silent)]


def _few(lines: t.Sequence[str]) -> tuple[str, ...]:
    """As many lines as anybody reads."""
    more = len(lines) - _MOST_LINES
    rest = (f"and {more} more like these; the module multi_stack_cloud_info tells of every location",)
    return (*lines[:_MOST_LINES], *(rest if more > 0 else ()))
