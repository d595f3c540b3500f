# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Orders of security groups: what the user asks for, in his names and in those of a location."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import OrderError
from .security_rules import Opening, opening
from .signs import description_given

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOrder:
    """One group: what it is called in the order and at the location, and what it opens."""

    name: str
    here: str = ""
    description: str | None = None
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsOrder:
    """Groups that are made together, so that their rules may name each other."""

    groups: tuple[GroupOrder, ...]
    absent: bool = False
    exclusive: bool = True
    egress: bool = True
    adopt: bool = False

    @property
    def fleets(self) -> frozenset[str]:
        return frozenset(fleet for group in self.groups for each in group.openings for fleet in each.peers)

    @property
    def told(self) -> str:
        names = ", ".join(each.name for each in self.groups)
        return f"security group {names}" if len(self.groups) == 1 else f"security groups {names}"

    @property
    def names(self) -> list[str]:
        """Every group that it names, to be made or not."""
        remote = (name for group in self.groups for each in group.openings for name in each.groups)
        return list(dict.fromkeys([*(each.here for each in self.groups), *remote]))

    def at(self, names: Mapping[str, str]) -> GroupsOrder:
        """The order in the names that a location has."""
        groups = tuple(
            replace(
                group,
                here=names.get(group.name, group.name),
                openings=tuple(
                    replace(each, groups=tuple(names.get(name, name) for name in each.groups))
                    for each in group.openings
                ),
            )
            for group in self.groups
        )
        return replace(self, groups=groups)


def groups_order(params: Mapping[str, t.Any]) -> GroupsOrder:
    """The order that a user's options make."""
    absent = params["state"] == "absent"
    listed = params.get("security_groups")
    named = [{key: params.get(key) for key in ("name", "description", "rules")}]
    groups = [
        _group(given, f"security_groups[{at}]: " if listed else "", absent=absent)
        for at, given in enumerate(listed or named)
    ]
    twice = [each.name for each in groups if sum(other.name == each.name for other in groups) > 1]
    if twice:
        raise OrderError(f'security_groups: "{twice[0]}" is there twice; put all its rules into one')
    return GroupsOrder(
        groups=tuple(groups),
        absent=absent,
        exclusive=params["exclusive"],
        egress=params["egress"],
        adopt=params["adopt"],
    )


def _group(given: Mapping[str, t.Any], where: str, *, absent: bool) -> GroupOrder:
    name, rules = given["name"] or "", given.get("rules")
    if not name.strip() or len(name) > _LONGEST:
        raise OrderError(f'{where}name: "{name[:20]}" cannot be the name of a group; it has 1 to {_LONGEST} letters')
    if absent:
        return GroupOrder(name=name, here=name)
    if rules is None:
        raise OrderError(f'{where}rules: none are given for "{name}"; [] says that nothing may come in')
    return GroupOrder(
        name=name,
        here=name,
        description=description_given(given.get("description"), f"{where}description"),
        openings=tuple(opening(each, f"{where}rules[{at}]") for at, each in enumerate(rules)),
    )
