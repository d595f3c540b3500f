# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What is wrong with an account, in words: made of what its location answered, or did not."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .advice import advice, fault_text
from .capacity import skew
from .edits import without_user

if t.TYPE_CHECKING:
    from .faults import Fault
    from .model import Limits, Quota

SERVICES = ("compute", "image", "network")
_MUCH_SKEW = 10
_MARKED = (2, 19)
_LOCAL = ("localhost", "127.", "::1")
_WITHOUT = {
    "image": "images cannot be named, and none can be brought there",
    "network": "networks and security groups cannot be named, and no quota of ports is known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one location answered to a few reads. ``between``: when the limits were asked for and answered, epoch.

    ``lacking`` are services of which the catalog has no address, each with the fault that says so; ``fault`` is what
    kept everything from being known.
    """

    location: str
    auth_url: str = ""
    region: str = ""
    user: str = ""
    project_id: str = ""
    catalog: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    lacking: t.Mapping[str, Fault] = field(default_factory=dict)
    limits: Limits | None = None
    versions: tuple[str, str] | None = None
    date: float | None = None
    between: tuple[float, float] | None = None
    fault: Fault | None = None

    @property
    def problem(self) -> str:
        """Why the account cannot be used there; empty where it can."""
        if self.fault is None:
            return ""
        old = "/v2.0" in urlsplit(self.auth_url).path
        gone = "; auth_url ends in /v2.0, and OpenStack has no Keystone v2 since 2018: try /v3, with domains"
        return f"{fault_text(self.fault)}{gone if old else ''}"


def verification_row(probe: Probe) -> dict[str, t.Any]:
    """One location, as plain data; what is not known is null."""
    began, ended = probe.between or (0.0, 0.0)
    return {
        "state": "failed" if probe.problem else "verified",
        "reason": probe.problem,
        "advice": advice(probe.fault) if probe.problem else "",
        "remarks": list(remarks(probe)),
        "user": probe.user,
        "project_id": probe.project_id,
        "services": sorted(probe.catalog),
        "regions": sorted({region for each in probe.catalog.values() for region in each}),
        "limits": None if probe.limits is None else _limits(probe.limits),
        "versions": None if probe.versions is None else {"oldest": probe.versions[0], "newest": probe.versions[1]},
        "clock_skew_seconds": None if probe.between is None else skew(probe.date, probe.between),
        "response_seconds": None if probe.between is None else round(ended - began, 3),
    }


def remarks(probe: Probe) -> tuple[str, ...]:
    """What the user should know of an account that can be used, or nearly."""
    found = (_unencrypted(probe), *_lacking(probe), _full(probe), _late(probe), _old(probe))
    return tuple(f"{probe.location}: {each}" for each in found if each)


def _unencrypted(probe: Probe) -> str:
    url = urlsplit(probe.auth_url)
    if url.scheme != "http" or (url.hostname or "").startswith(_LOCAL):
        return ""
    return (
        f"the password goes to {without_user(probe.auth_url)} unencrypted; ask the provider for an address with https"
    )


def _lacking(probe: Probe) -> t.Iterator[str]:
    if not probe.project_id and probe.fault is None:
        yield "its token is of no project; name one by auth.project_name"
    for service, fault in probe.lacking.items():
        if service in _WITHOUT:
            yield f"{fault_text(fault)}; {_WITHOUT[service]}"


def _full(probe: Probe) -> str:
    """Whether not even one server fits."""
    if probe.limits is None:
        return ""
    quotas = {"instances": probe.limits.instances, "cores": probe.limits.cores, "ram": probe.limits.ram}
    full = [
        f"{name} {_used(each)}" for name, each in quotas.items() if each.limit is not None and each.used >= each.limit
    ]
    return f"there is no room for a server: {', '.join(full)}; delete some, or have the quota raised" if full else ""


def _late(probe: Probe) -> str:
    seconds = None if probe.between is None else skew(probe.date, probe.between)
    if seconds is None or abs(seconds) < _MUCH_SKEW:
        return ""
    way = "ahead of" if seconds > 0 else "behind"
    return f"its clock is {abs(seconds)} s {way} this machine's; set this one by NTP, or have the provider set theirs"


def _old(probe: Probe) -> str:
    newest = _version(probe.versions[1]) if probe.versions else None
    if newest is None or newest >= _MARKED:
        return ""
    return (
        f"its Nova speaks microversion {newest[0]}.{newest[1]} at most; the mark in the description needs 2.19, so "
        "servers there are known by name and metadata alone"
    )


def _version(said: str) -> tuple[int, int] | None:
    major, _point, minor = said.partition(".")
    return (int(major), int(minor or 0)) if major.isdigit() and (not minor or minor.isdigit()) else None


def _limits(limits: Limits) -> dict[str, dict[str, int | None]]:
    quotas = {"instances": limits.instances, "cores": limits.cores, "ram": limits.ram}
    return {name: {"limit": each.limit, "used": each.used} for name, each in quotas.items()}


def _used(quota: Quota) -> str:
    return f"{quota.used} of {quota.limit} used"


def verification_failure(name: str, probes: t.Sequence[Probe]) -> str:
    """A line for each location where the account cannot be used; empty where there is none."""
    failed = [each for each in probes if each.problem]
    if not failed:
        return ""
    head = f"account {name}: {len(probes) - len(failed)} of {len(probes)} locations can be used"
    return "\n".join([head, *(f"{each.location}: {each.problem}; {advice(each.fault)}" for each in failed)])
