# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Reading every location once: what the inventory and the overviews are made of."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import messages as m
from .faults import Fault, Kind

_STOPPED = Fault(kind=Kind.TIMED_OUT, message="it had not answered when the survey was stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What was seen, in the order of clouds.yaml, what was not, and which entries are other names of a location."""

    seen: tuple[m.Surveyed, ...]
    unreachable: tuple[tuple[str, Fault], ...]
    merged: tuple[tuple[str, str], ...]


class Surveyor:
    """An engine that surveys every location once; `begin`, then `step` until a `Finish` with a `Census` comes out."""

    def __init__(self, labels: t.Sequence[str], *, limits: bool = False) -> None:
        self._labels = labels
        self._limits = limits
        self._answers: dict[str, m.Surveyed | m.SurveyFailed] = {}

    def begin(self, now: float) -> t.Sequence[m.Command]:
        asked = [m.Survey(location=label, limits=self._limits) for label in self._labels]
        return asked or self.step(now, ())

    def step(self, _now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        """Take the answers in; after the last one, or at a stop, it is over."""
        stopped = False
        for event in events:
            stopped = stopped or isinstance(event, m.Stop)
            if isinstance(event, m.Surveyed | m.SurveyFailed):
                self._answers[event.location] = event
        if len(self._answers) < len(self._labels) and not stopped:
            return ()
        return (m.Finish(result=self._census()),)

    def _census(self) -> Census:
        seen: dict[tuple[str, str], m.Surveyed] = {}
        unreachable, merged = [], []
        for label in self._labels:
            answer = self._answers.get(label)
            if not isinstance(answer, m.Surveyed):
                unreachable.append((label, answer.fault if answer else _STOPPED))
            else:
                key = (answer.identity.endpoint, answer.identity.project_id)
                if key in seen:
                    merged.append((label, seen[key].location))
                seen.setdefault(key, answer)
        return Census(seen=tuple(seen.values()), unreachable=tuple(unreachable), merged=tuple(merged))
