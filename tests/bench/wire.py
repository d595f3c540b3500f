# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was sent, by kind: the log that tests/openstack/plays/wire/sitecustomize.py writes in every client process."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

HOOK = Path(__file__).parents[1] / "openstack/plays/wire"
LOG = "WIRE_LOG"

_KINDS: tuple[tuple[str, str], ...] = (
    (r"POST .*/auth/tokens", "token"),
    (r"POST .*/servers", "create"),
    (r"DELETE .*/servers/[^/]+", "delete"),
    (r"GET .*/servers(/detail)?", "list"),
    (r"GET .*/servers/[^/]+", "show"),
    (r"GET .*/limits", "limits"),
    (r"GET (.*/(v\d[\d.]*|compute|identity|image|network|volume))?/?", "version"),
    (r"GET .*/(images|flavors|networks|subnets|ports|floatingips|security-groups)(/.+)?", "look-up"),
    (r"GET .*/quotas/.+", "look-up"),
    (r"GET .*/(os-keypairs|os-server-groups|os-availability-zone)(/.+)?", "look-up"),
)
_READ = [(re.compile(pattern), kind) for pattern, kind in _KINDS]


def kind_of(method: str, url: str) -> str:
    words = f"{method} {urlsplit(url).path}"
    return next((kind for pattern, kind in _READ if pattern.fullmatch(words)), "other")


def counted(log: Path) -> dict[str, int]:
    """How many requests of each kind the log has."""
    if not log.exists():
        return {}
    lines = (line.split() for line in log.read_text(encoding="utf-8").splitlines())
    return dict(Counter(kind_of(method, url) for method, _port, url in lines))


def allowed(step: str, sent: Sent) -> dict[str, float]:
    """The most requests of each kind that the collection may send; kinds that are not here, none at all."""
    identities = {"token": sent.clouds, "version": sent.clouds}
    ticks = sent.locations * 2 * (int(sent.seconds) + 2)
    if step in {"launch", "start"}:
        # Image, flavor, network, and the quota of ports.
        reads = {"limits": sent.locations, "look-up": 4 * sent.locations}
        # A survey, what is asked while servers build, and the confirmation.
        return {**identities, **reads, "create": sent.servers, "list": ticks + 2 * sent.locations, "show": ticks}
    if step == "rerun":
        return {**identities, "list": sent.locations, "limits": sent.locations}
    if step == "destroy":
        lists = ticks + sent.locations
        return {**identities, "list": lists, "delete": sent.servers, "show": sent.servers}
    pages = sent.locations + sent.servers // 1000
    return {**identities, "list": pages}


class Sent(t.NamedTuple):
    """Where a run sent its requests, and for how much."""

    clouds: int
    locations: int
    servers: int
    seconds: float


def beyond(step: str, requests: t.Mapping[str, int], sent: Sent) -> list[str]:
    """The kinds of which there were more than may be, each in words."""
    most = allowed(step, sent)
    return [
        f"{number} {kind} of at most {most.get(kind, 0):.0f}"
        for kind, number in requests.items()
        if number > most.get(kind, 0)
    ]
