# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Seeing every server of every account at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.accounts import choose, load_accounts
from .._cloud.clock import SystemClock
from .._cloud.key_folder import key_files
from .._cloud.memories import Memories, cache_folder, key_of
from .._core.advice import advice, advised, fault_text
from .._core.census import census_of, merged_line, with_memories
from .._core.faults import HALF_SHOWN
from .._core.listing import listing
from .._core.memory import Memory, how_long, memory_from, name_of, text_of
from .._core.merge import Host, Selection, hosts_of
from .._errors import AccountsError
from .ask import survey_all

if t.TYPE_CHECKING:
    from .._cloud.accounts import Account, Accounts
    from .._core.census import Census, Stale
    from .._core.memory import Key
    from .._core.messages import Surveyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be seen, and how. ``only_clouds``, ``locations`` and ``exclude`` say which locations are asked at all.

    ``stale_for`` is how old the last good answer of a silent location may be, in seconds; without it none is shown, nor
    kept. ``key_dir`` is the folder with the private keys of single servers.
    """

    clouds_yaml_path: str | None = None
    accounts_file: str | None = None
    only_clouds: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    seconds: float = 10.0
    stale_for: int | None = None
    key_dir: str = ""
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The hosts, the account of each location, and the locations with something wrong, each with a sentence.

    They are ``unreachable``; or they do not answer, but their hosts are known from before (``stale``); or they did not
    show all of them (``partial``). ``answers`` is what the others said; ``asked`` counts all of them. ``keys`` are the
    files of the private keys, by the name of their server.
    """

    hosts: tuple[Host, ...]
    accounts: t.Mapping[str, Account]
    unreachable: tuple[tuple[str, str], ...]
    stale: tuple[tuple[str, str], ...]
    partial: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    answers: t.Mapping[Key, Memory]
    asked: int
    keys: t.Mapping[str, str]


def survey(request: Request, cached: t.Mapping[str, str] | None = None) -> Overview:
    """Read all locations in parallel; each has so many seconds to answer. Nobody is asked where a cache knows all."""
    accounts = load_accounts(request.clouds_yaml_path, request.accounts_file)
    own_keys = key_files(request.key_dir) if request.key_dir else {}
    keys = {each.label: key_of(accounts, each) for each in _asked(accounts, request)}
    folder, clock = Memories(cache_folder()), SystemClock()
    answers: dict[Key, Memory] = {}
    census = _from_cache(keys, cached or {})
    if census is None:
        census, _requests = survey_all(accounts, tuple(keys), request.seconds)
        answers = _answers(census, keys, clock.wall())
        if request.stale_for is not None:
            folder.keep(answers, clock.wall())
            census = _with_last_good(census, folder, keys, (clock.wall(), request.stale_for))
    merged = tuple(merged_line(one, other) for one, other in census.merged)
    return Overview(
        hosts=hosts_of(census, request.selection),
        accounts={each.label: each for each in accounts.all},
        unreachable=_unreachable(census),
        stale=tuple((each.location, _stale_line(each, census)) for each in census.stale),
        partial=tuple((each.location, advised(HALF_SHOWN)) for each in census.seen if _lacks(each)),
        warnings=(*accounts.warnings, *merged, *folder.warnings),
        answers=answers,
        asked=len(keys),
        keys=own_keys,
    )


def texts_of(overview: Overview) -> dict[str, str]:
    """What a cache may give back to `survey`: nothing, unless every location told everything just now."""
    if overview.unreachable or overview.stale or overview.partial:
        return {}
    return {name_of(key): text_of(key, memory) for key, memory in overview.answers.items()}


def _asked(accounts: Accounts, request: Request) -> tuple[Account, ...]:
    """The accounts whose locations are asked."""
    clouds = {each.cloud for each in accounts.all}
    for name in request.only_clouds:
        if name not in clouds:
            there = listing(clouds, name)
            raise AccountsError(f'only_clouds: "{name}" is no cloud of {accounts.source}; there is {there}')
    chosen = choose(accounts, request.locations, request.exclude)
    found = tuple(
        each
        for each in accounts.all
        if each.label in chosen and (each.cloud in request.only_clouds or not request.only_clouds)
    )
    if not found:
        there = listing(each.label for each in accounts.all)
        said = "only_clouds, locations, exclude: together they leave no location; loosen one"
        raise AccountsError(f"{said}; there is {there}")
    return found


def _answers(census: Census, keys: t.Mapping[str, Key], now: float) -> dict[Key, Memory]:
    """What each location said just now, also under its other names; not what is known to lack servers."""
    said = {each.location: each for each in census.seen if not _lacks(each)}
    said |= {one: said[other] for one, other in census.merged if other in said}
    return {keys[label]: Memory(seen_at=now, survey=each) for label, each in said.items()}


def _lacks(survey: Surveyed) -> bool:
    return survey.partial or bool(survey.unknown_ids)


def _from_cache(keys: t.Mapping[str, Key], cached: t.Mapping[str, str]) -> Census | None:
    """What a cache knows, if that is every location that is asked for."""
    try:
        return census_of([memory_from(cached[name_of(key)], key, label).survey for label, key in keys.items()])
    except (LookupError, ValueError, TypeError):
        return None


def _with_last_good(census: Census, folder: Memories, keys: t.Mapping[str, Key], until: tuple[float, int]) -> Census:
    now, stale_for = until
    found = {label: folder.recall(keys[label], label, now) for label, _fault in census.unreachable}
    return with_memories(census, {label: each for label, each in found.items() if each}, now, stale_for)


def _unreachable(census: Census) -> tuple[tuple[str, str], ...]:
    ages = {each.location: f"; its last good answer is {how_long(each.age)} old" for each in census.outdated}
    return tuple(
        (label, f"{fault_text(fault)}{ages.get(label, '')}; {advice(fault)}") for label, fault in census.unreachable
    )


def _stale_line(stale: Stale, census: Census) -> str:
    count = sum(len(each.servers) for each in census.seen if each.location == stale.location)
    what = "1 server is" if count == 1 else f"{count} servers are"
    return f"{fault_text(stale.fault)}; its {what} shown as seen {how_long(stale.age)} ago; {advice(stale.fault)}"
