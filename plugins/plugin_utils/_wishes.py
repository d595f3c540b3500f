# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The options of the inventory as values: what is asked, and what is shown of the answers."""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.address import Preference
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.listing import listing
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Selection
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import lifetime_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Request
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.where import Condition, condition

_PREFIX = "OPENMULTISTACK_"
# What to write for the options of the inventory plugin of openstack.cloud that mean something else here, or nothing.
_INSTEAD: t.Mapping[str, str] = {
    "all_projects": "an entry of clouds.yaml for each project",
    "expand_hostvars": "nothing: variables are kept small; register what multi_stack_server_info tells",
    "fail_on_errors": "on_unreachable: fail",
    "inventory_hostname": "hostnames: [multi_stack.id] for uuid, nothing for name",
    "legacy_groups": "nothing, or keyed_groups",
    "server_filters": "fleets, statuses, locations or where",
    "use_names": "compose: {ansible_host: multi_stack.name}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user wants to see, and how; ``jump_host`` is for locations whose hints name none."""

    request: Request
    where: Condition
    preference: Preference
    jump_host: str


def wishes_from(option: t.Callable[[str], t.Any]) -> Wishes:
    """The wishes that options make; an error of theirs is told before any cloud is asked."""
    patient = option("on_unreachable") == "last_good"
    return Wishes(
        request=Request(
            clouds_yaml_path=option("clouds_yaml_path"),
            accounts_file=option("accounts_file"),
            only_clouds=_words(option("only_clouds")),
            locations=_words(option("locations")),
            exclude=_words(option("exclude")),
            seconds=option("timeout"),
            stale_for=_seconds(option("stale_for")) if patient else None,
            key_dir=option("key_dir") or "",
            selection=Selection(
                fleets=_words(option("fleets")),
                statuses=frozenset(map(str.upper, _words(option("statuses")))),
                show_all=option("show_all"),
            ),
        ),
        where=condition(option("where") or ""),
        preference=Preference(
            networks=_words(option("prefer_networks")), private=option("private"), only_ipv4=option("only_ipv4")
        ),
        jump_host=option("jump_host") or "",
    )


def refuse_unknown(options: t.Iterable[str], known: t.Collection[str]) -> None:
    """Ansible would ignore an option that is misspelt, or is another plugin's."""
    for unknown in sorted(set(options) - set(known)):
        if unknown in _INSTEAD:
            raise OrderError(f'"{unknown}" is an option of openstack.cloud; here, write {_INSTEAD[unknown]}')
        raise OrderError(f'unknown option "{unknown}"; it takes {listing(known, unknown, len(known))}')


def given(options: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """The options that have a value: an empty one reads as not set. Of several places of clouds.yaml, the first counts.

    openstack.cloud takes several, and searches them.
    """
    found = {name: value for name, value in (options or {}).items() if value is not None and value != ""}
    paths = found.get("clouds_yaml_path")
    if isinstance(paths, list):
        there = (each for each in paths if os.path.exists(os.path.expanduser(str(each))))
        found["clouds_yaml_path"] = next(there, paths[0] if paths else None)
    return found


@contextlib.contextmanager
def blank_variables_unset() -> t.Iterator[None]:
    """For as long as Ansible reads options: AWX has a blank for what nobody filled in, and it is no number."""
    blank = [name for name, value in os.environ.items() if name.startswith(_PREFIX) and not value.strip()]
    former = {name: os.environ.pop(name) for name in blank}
    try:
        yield
    finally:
        os.environ.update(former)


def _words(value: t.Iterable[object] | None) -> tuple[str, ...]:
    words = (str(each).strip() for each in value or ())
    return tuple(word for word in words if word)


def _seconds(text: str) -> int:
    with contextlib.suppress(OrderError):
        seconds = lifetime_of(text)
        if seconds is not None:
            return seconds
    raise OrderError(f'stale_for: "{text}" is no length of time; write for example 40m, 1h30m or 2d')
