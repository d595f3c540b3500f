# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GET /servers: which filters count, what they mean, and how pages are cut."""

from __future__ import annotations

import calendar
import re
import time
import typing as t

from .refusal import Refused
from .server import STATUSES, VM_STATE_OF, Server

if t.TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from .region import Region

    Query = MultiDict[str, str]

_PAGING = frozenset({"limit", "marker", "sort_key", "sort_dir"})
_TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")
_ALLOWED_SINCE: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("reservation_id", "name", "status", "image", "flavor", "ip", "changes-since", "all_tenants")),
    (5, ("ip6",)),
    (26, _TAG_FILTERS),
    (66, ("changes-before",)),
    (73, ("locked",)),
    (83, ("availability_zone", "config_drive", "key_name", "created_at", "launched_at", "terminated_at")),
    (83, ("power_state", "task_state", "vm_state", "progress", "user_id")),
    (90, ("hostname",)),
)
_JOINED_TABLES = frozenset(
    {"block_device_mapping", "services", "metadata", "system_metadata", "info_cache", "security_groups", "pci_devices"}
)
_COLUMNS = """
user_id project_id tenant_id launch_index image_ref kernel_id ramdisk_id hostname host node display_name description
display_description locked_by uuid root_device_name access_ip_v4 access_ip_v6 auto_disk_config soft_deleted deleted
"""
_SCHEMA = _JOINED_TABLES | _PAGING | {key for _since, keys in _ALLOWED_SINCE for key in keys} | set(_COLUMNS.split())
_SORT_KEYS: t.Mapping[str, t.Callable[[Server], t.Any]] = {
    "created_at": lambda server: int(server.created),
    "display_name": lambda server: server.name,
    "name": lambda server: server.name,
    "uuid": lambda server: server.id,
    "updated_at": lambda server: server.updated or 0.0,
    "launched_at": lambda server: server.launched or 0.0,
    "vm_state": lambda server: server.vm_state,
    "task_state": lambda server: server.task_state or "",
    "key_name": lambda server: server.key_name or "",
    "availability_zone": lambda server: server.host_zone,
}


class Page(t.NamedTuple):
    """One page of a list: rows of reachable cells, rows of dead cells, and whether there is a next one."""

    servers: list[Server]
    unknown: list[Server]
    more: bool


def listed(region: Region, project_id: str | None, query: Query, minor: int, admin: bool = False) -> Page:
    """The page of servers that Nova would answer; None as project is all of them."""
    _check_schema(query, minor)
    filters = _effective(query, minor, admin)
    invalid = _status_problem(query, minor)
    if invalid:
        return Page([], [], False)
    pool = [*region.servers.values()]
    if "changes-since" in filters or "changes-before" in filters:
        pool += [server for _when, server in region.deleted]
    mine = [server for server in pool if project_id in (None, server.project_id)]
    bare = minor >= 69 and set(filters) <= {"all_tenants"} and not _PAGING & set(query)
    unknown = [server for server in mine if bare and not region.cell_is_up(server)]
    tests = [test for key in filters if (test := _test(region, key, query.getlist(key)))]
    found = [server for server in mine if region.cell_is_up(server) and all(test(server) for test in tests)]
    return _page(region, _sorted(found, query), unknown, query)


def _check_schema(query: Query, minor: int) -> None:
    for name in query.getlist("name"):
        _regex("name", name)
    for key in ("changes-since", "changes-before"):
        for value in query.getlist(key):
            if _moment(value) is None:
                text = f"Invalid input for query parameters {key}. Value: {value}. '{value}' is not a 'date-time'"
                raise Refused(400, text)
    for value in query.getlist("limit"):
        if not value.isdigit():
            text = f"Invalid input for query parameters limit. Value: {value}. '{value}' does not match '^[0-9]*$'"
            raise Refused(400, text)
    unknown = [key for key in query if key not in _SCHEMA and not key.startswith("_")]
    if minor >= 75 and unknown:
        names = ", ".join(f"'{key}'" for key in sorted(unknown))
        verb = "does" if len(unknown) == 1 else "do"
        raise Refused(400, f"{names} {verb} not match any of the regexes: '^_'")


def _effective(query: Query, minor: int, admin: bool) -> list[str]:
    if admin:
        for key in query:
            if key in _JOINED_TABLES or key.startswith("_"):
                raise Refused(400, f"Invalid filter field: {key}.")
    allowed = {key for since, keys in _ALLOWED_SINCE if minor >= since for key in keys}
    return [key for key in query if key in allowed]


def _status_problem(query: Query, minor: int) -> bool:
    statuses = [value.upper() for value in query.getlist("status")]
    if not statuses:
        return False
    if statuses == ["DELETED"]:
        raise Refused(403, "Only administrators may list deleted instances")
    if any(status in STATUSES for status in statuses):
        return False
    if minor >= 38:
        raise Refused(400, "Invalid status value")
    return True


def _test(region: Region, key: str, values: list[str]) -> t.Callable[[Server], bool] | None:
    value = values[0]
    if key == "name":
        pattern = _regex("name", value)
        return lambda server: pattern.search(server.name) is not None
    if key == "status":
        return _status_test({each.upper() for each in values})
    if key in _TAG_FILTERS:
        return _tag_test(key, set(value.split(",")))
    if key in {"changes-since", "changes-before"}:
        return _change_test(key, _moment(value) or 0.0)
    if key in {"ip", "ip6"}:
        return lambda server: any(
            re.search(value, region.ports[port].address) for port in region.ports_of.get(server.id, ())
        )
    return _plain_test(key, value)


def _plain_test(key: str, value: str) -> t.Callable[[Server], bool] | None:
    plain: dict[str, t.Callable[[Server], bool]] = {
        "reservation_id": lambda server: re.search(value, server.reservation_id) is not None,
        "image": lambda server: server.image_id == value,
        "flavor": lambda server: server.flavor.id == value,
        "locked": lambda server: server.locked is (value.lower() in {"true", "1", "t", "yes", "on", "y"}),
        "availability_zone": lambda server: server.host_zone == value,
        "key_name": lambda server: server.key_name == value,
        "task_state": lambda server: server.task_state == value,
        "vm_state": lambda server: server.vm_state == value,
        "power_state": lambda server: str(server.power_state) == value,
        "user_id": lambda server: server.user_id == value,
        "hostname": lambda server: re.search(value, server.hostname) is not None,
    }
    return plain.get(key)


def _status_test(statuses: set[str]) -> t.Callable[[Server], bool]:
    states = {VM_STATE_OF[status] for status in statuses if status in VM_STATE_OF}
    return lambda server: server.vm_state in states or server.status in statuses


def _tag_test(key: str, tags: set[str]) -> t.Callable[[Server], bool]:
    tests: dict[str, t.Callable[[Server], bool]] = {
        "tags": lambda server: tags <= set(server.tags),
        "tags-any": lambda server: bool(tags & set(server.tags)),
        "not-tags": lambda server: not tags <= set(server.tags),
        "not-tags-any": lambda server: not tags & set(server.tags),
    }
    return tests[key]


def _change_test(key: str, moment: float) -> t.Callable[[Server], bool]:
    if key == "changes-since":
        return lambda server: server.updated is not None and int(server.updated) >= moment
    return lambda server: server.updated is not None and int(server.updated) <= moment


def _sorted(servers: list[Server], query: Query) -> list[Server]:
    keys = query.getlist("sort_key") or ["created_at"]
    directions = query.getlist("sort_dir")
    ordered = sorted(servers, key=lambda server: server.id, reverse=(directions or ["desc"])[-1] != "asc")
    for position, key in reversed(list(enumerate(keys))):
        direction = directions[position] if position < len(directions) else "desc"
        if key in _SORT_KEYS:
            ordered.sort(key=_SORT_KEYS[key], reverse=direction != "asc")
    return ordered


def _page(region: Region, servers: list[Server], unknown: list[Server], query: Query) -> Page:
    limit = min(int(query.get("limit") or region.settings.max_page), region.settings.max_page)
    marker = query.get("marker")
    if marker:
        position = next((index for index, server in enumerate(servers) if server.id == marker), None)
        known = region.servers.get(marker) or next((row for _when, row in region.deleted if row.id == marker), None)
        if position is None and known and (known.row or known.id in region.servers):
            position = _would_be_at(known, servers, query)
        if position is None:
            raise Refused(400, f"marker [{marker}] not found")
        servers = servers[position + 1 :]
    return Page(servers[:limit], unknown, bool(limit) and len(servers) >= limit)


def _would_be_at(marker: Server, servers: list[Server], query: Query) -> int:
    return _sorted([*servers, marker], query).index(marker) - 1


def _regex(key: str, value: str) -> re.Pattern[str]:
    try:
        # Nova keeps MySQL from taking a bar for an alternative.
        return re.compile(value.replace("|", r"\|"), re.IGNORECASE)
    except re.error:
        text = f"Invalid input for query parameters {key}. Value: {value}. '{value}' is not a 'regex'"
        raise Refused(400, text) from None


def _moment(text: str) -> float | None:
    match = re.match(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$", text)
    if not match:
        return None
    moment = float(calendar.timegm(time.strptime(f"{match[1]}T{match[2]}", "%Y-%m-%dT%H:%M:%S")))
    offset = (match[3] or "Z").replace(":", "").strip("Z")
    if offset:
        seconds = int(offset[1:3]) * 3600 + int(offset[3:5]) * 60
        moment -= seconds if offset[0] == "+" else -seconds
    return moment
