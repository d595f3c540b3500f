# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Security groups as Neutron keeps them: by name, which several may bear; ours bear our sign in their description."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .cloud_id import is_id
from .faults import Kind
from .listing import first_of
from .quota import check_room, fits
from .readiness import ObjectionError, Plan, Step
from .security_rules import EGRESS, PEERS, Rule
from .signs import described, is_ours

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from .model import Quota
    from .security_order import GroupOrder, GroupsOrder

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as a location shows it."""

    id: str
    name: str
    description: str = ""
    created: str = ""
    rules: tuple[Rule, ...] = ()

    @property
    def ours(self) -> bool:
        return is_ours(self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSight:
    """What a location shows. Quotas by resource, and who uses which group, are read only where a plan depends on them.

    ``peers`` are the rules that let the members of fleets in, for each group of the order; ``kept`` the notes of those
    that stay although nobody knows whether they are right.
    """

    groups: tuple[Group, ...]
    peers: tuple[tuple[Rule, ...], ...] = ()
    kept: frozenset[str] = frozenset()
    quotas: Mapping[str, Quota] | None = None
    users: Mapping[str, Sequence[str]] | None = None


def plan_groups(order: GroupsOrder, sight: GroupSight) -> Plan:
    """What makes a location as ordered; the order is in its names."""
    called = [each.here for each in order.groups]
    for name in called:
        if called.count(name) > 1:
            text = f'several of the groups are called "{name}" here'
            raise ObjectionError(Kind.AMBIGUOUS_NAME, text, "correct its hint security_groups")
    there = [_standing(order, group, sight) for group in order.groups]
    names = {each.id: each.name for each in sight.groups}
    before = {
        group.name: _row(found[0], found[0].rules, names)
        for group, found in zip(order.groups, there, strict=True)
        if found
    }
    if order.absent:
        steps = tuple(_delete(each, sight) for found in there for each in found)
        return Plan(steps=steps, before={"groups": before} if before else None)
    wanted = [list(_wanted(order, number, sight, there)) for number in range(len(order.groups))]
    works = [
        _Work(order, group, found, rules, sight)
        for group, found, rules in zip(order.groups, there, wanted, strict=True)
    ]
    steps = tuple(_in_order(works, [_delete(twin, sight) for found in there for twin in found[1:]], sight.quotas))
    _check_adoption(order, works)
    after = {work.group.name: work.after for work in works}
    return Plan(steps=steps, before={"groups": before} if before else None, after={"groups": after})


def _standing(order: GroupsOrder, group: GroupOrder, sight: GroupSight) -> list[Group]:
    """The group of that name, and those of ours that two runs made at once after it, by a rank that all agree on."""
    same = [each for each in sight.groups if group.here in (each.name, each.id)]
    others = [each for each in same if not each.ours]
    if others and len(same) > 1:
        ids = ", ".join(sorted(each.id for each in same))
        raise ObjectionError(
            Kind.AMBIGUOUS_NAME,
            f'{len(same)} security groups are named "{group.here}" ({ids}), not all of them made by this module',
            "rename or delete those that are too many",
        )
    if others and order.absent and not order.adopt:
        raise ObjectionError(Kind.INVALID, _foreign(group), "adopt: true deletes it all the same")
    if not same and is_id(group.here) and not order.absent:
        raise ObjectionError(
            Kind.NO_GROUP, f"there is no security group {group.here}", "a new one needs a name, not an id"
        )
    users = sight.users or {}
    return sorted(same, key=lambda each: (not users.get(each.id), each.created, each.id))


def _foreign(group: GroupOrder) -> str:
    return f'security group "{group.here}" was not made by this module'


def _wanted(
    order: GroupsOrder, number: int, sight: GroupSight, there: Sequence[Sequence[Group]]
) -> Iterator[tuple[Rule, bool]]:
    """The rules of one group, with ids of groups, and whether these are known; two that mean the same are one."""
    ids = {group.here: found[0].id if found else "" for group, found in zip(order.groups, there, strict=True)}
    given = [rule for each in order.groups[number].openings for rule in each.rules()]
    given += sight.peers[number] if sight.peers else ()
    seen = set()
    for rule in (*(EGRESS if order.egress else ()), *given):
        remote = _remote(order.groups[number], rule.group, sight, ids) if rule.group else ""
        found = replace(rule, group=remote or rule.group)
        if found not in seen:
            seen.add(found)
            yield found, bool(remote) or not rule.group


def _remote(group: GroupOrder, name: str, sight: GroupSight, ids: Mapping[str, str]) -> str:
    """The id of a group that a rule names; empty where this very plan makes it."""
    if name in ids:
        return ids[name]
    same = sorted((each for each in sight.groups if name in (each.name, each.id)), key=lambda each: each.id)
    if len(same) == 1:
        return same[0].id
    which = f'which a rule of "{group.here}" names'
    if same:
        listed = ", ".join(each.id for each in same)
        text = f'{len(same)} security groups are named "{name}", {which} ({listed})'
        raise ObjectionError(Kind.AMBIGUOUS_NAME, text, "name one by its id")
    raise ObjectionError(
        Kind.NO_GROUP, f'there is no security group "{name}", {which}', "make it before, or in the same task"
    )


class _Work:
    """What one group needs."""

    def __init__(
        self,
        order: GroupsOrder,
        group: GroupOrder,
        found: Sequence[Group],
        wanted: Sequence[tuple[Rule, bool]],
        sight: GroupSight,
    ) -> None:
        names = {each.id: each.name for each in sight.groups}
        fleets = tuple(f"{PEERS}{fleet} " for each in group.openings for fleet in each.peers)
        unsure = {note for note in sight.kept if note.startswith(fleets)}
        self.group = group
        self.found = found[0] if found else None
        have = self.found.rules if self.found else EGRESS
        stays = _stays(order, [rule for rule, _known in wanted], unsure)
        self.kept, surplus = _sorted_out(have, stays)
        missing = [(rule, known) for rule, known in wanted if rule not in self.kept]
        self.missing = [rule for rule, _known in missing]
        self._names = names
        self.create = [] if self.found else [self._create()]
        self.describe = list(self._describe())
        self.add = [self._add(all(known for _rule, known in missing))] if missing else []
        self.remove = sorted((self._remove(rule) for rule in surplus), key=lambda step: (step.told, step.id))
        self.after = _row(self.found or Group(id="", name=group.here), [*self.kept, *self.missing], names)

    @property
    def steps(self) -> list[Step]:
        return [*self.create, *self.describe, *self.add, *self.remove]

    def _create(self) -> Step:
        facts = {"name": self.group.here, "description": described(self.group.description or "")}
        return Step(what="create", told=f"create security group {self.group.here}", facts=facts)

    def _describe(self) -> Iterator[Step]:
        """Only a group of ours gets our sign, and only a text that is given replaces one."""
        if self.found is not None and self.group.description is not None:
            text = described(self.group.description) if self.found.ours else self.group.description
            if text != self.found.description:
                told = f"describe security group {self.group.here} anew"
                yield Step(what="describe", told=told, id=self.found.id, facts={"description": text})

    def _add(self, known: bool) -> Step:
        number = len(self.missing)
        return Step(
            what="add",
            told=f"add {number} rule{'' if number == 1 else 's'} to security group {self.group.here}",
            id=self.found.id if self.found else "",
            facts={"rules": [rule.body for rule in self.missing]},
            later=self.found is None or not known,
        )

    def _remove(self, rule: Rule) -> Step:
        told = f"remove rule {rule.told(self._names)} of security group {self.group.here}"
        return Step(what="remove", told=told, id=rule.id, later=self.found is None)


def _stays(order: GroupsOrder, wanted: Sequence[Rule], unsure: Collection[str]) -> Callable[[Rule], bool]:
    """Which rules are to be there: those ordered, of members that nobody sees, and others unless it is exclusive."""
    return lambda rule: rule in wanted or rule.note in unsure or not (order.exclusive or rule.note.startswith(PEERS))


def _sorted_out(have: Iterable[Rule], stays: Callable[[Rule], bool]) -> tuple[list[Rule], list[Rule]]:
    """The rules that stay, each once, and those that go."""
    kept: list[Rule] = []
    surplus: list[Rule] = []
    for rule in sorted(have, key=lambda each: each.id):
        (kept if stays(rule) and rule not in kept else surplus).append(rule)
    return kept, surplus


def _in_order(works: Sequence[_Work], twins: Sequence[Step], quotas: Mapping[str, Quota] | None) -> Iterator[Step]:
    """What opens before what shuts, so that nobody is cut off between; but the other way round where room is short."""
    more = [step for work in works for step in work.add]
    fewer = [*twins, *(step for work in works for step in work.remove)]
    yield from (step for work in works for step in (*work.create, *work.describe))
    yield from (*fewer, *more) if _short_of_room(works, quotas) else (*more, *fewer)


def _short_of_room(works: Sequence[_Work], quotas: Mapping[str, Quota] | None) -> bool:
    """Whether rules fit only once others are gone; an objection where they do not fit then either."""
    groups = sum(len(work.create) for work in works)
    rules = sum(len(work.missing) for work in works) + groups * len(EGRESS)
    fewer = sum(len(work.remove) for work in works)
    check_room(quotas or {}, "security_group", groups)
    check_room(quotas or {}, "security_group_rule", rules, freed=fewer)
    return not fits(quotas or {}, "security_group_rule", rules)


def _check_adoption(order: GroupsOrder, works: Iterable[_Work]) -> None:
    for work in works:
        if work.found is not None and not work.found.ours and not order.adopt and work.steps:
            todo = "; ".join(step.told for step in work.steps[:_SHOWN])
            raise ObjectionError(
                Kind.INVALID,
                f"{_foreign(work.group)}, and is not as ordered ({todo})",
                "adopt: true changes it, or give another name",
            )


def _delete(group: Group, sight: GroupSight) -> Step:
    users = (sight.users or {}).get(group.id, ())
    if users:
        raise ObjectionError(
            Kind.CONFLICT,
            f'security group "{group.name}" ({group.id}) is in use by {first_of(users, _SHOWN)}',
            "delete these first, or take the group from them",
        )
    return Step(what="delete", told=f"delete security group {group.name}", id=group.id)


def _row(group: Group, rules: Iterable[Rule], names: Mapping[str, str]) -> dict[str, t.Any]:
    return {"name": group.name, "id": group.id, "rules": sorted(rule.told(names) for rule in rules)}
