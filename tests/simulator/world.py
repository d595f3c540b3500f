# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated world: clouds, regions, and everything that is in them now."""

from __future__ import annotations

import dataclasses
import random
import threading
import typing as t
from collections import deque

from .identifiers import new_uuid
from .resources import Token

if t.TYPE_CHECKING:
    from .behaviours import Behaviours
    from .clock import Clock
    from .config import CloudSettings
    from .region import Region
    from .resources import Project, User


@dataclasses.dataclass(kw_only=True)
class Cloud:
    """One cloud: its keystone, and its regions by name."""

    name: str
    settings: CloudSettings
    clock: Clock
    base_url: str = ""
    randomness: random.Random = dataclasses.field(default_factory=random.Random)
    projects: dict[str, Project] = dataclasses.field(default_factory=dict)
    users: dict[str, User] = dataclasses.field(default_factory=dict)
    credentials: dict[str, tuple[str, User]] = dataclasses.field(default_factory=dict)
    tokens: dict[str, Token] = dataclasses.field(default_factory=dict)
    regions: dict[str, Region] = dataclasses.field(default_factory=dict)

    def issue(self, user: User, project: Project | None, method: str) -> Token:
        """A new token."""
        now = self.clock()
        token = Token(
            id="gAAAAAB" + new_uuid(self.randomness).replace("-", ""),
            user=user,
            project=project,
            issued=now,
            expires=now + self.settings.token_seconds,
            methods=(method,),
        )
        self.tokens[token.id] = token
        return token

    def token(self, token_id: str | None) -> Token | None:
        """The valid token of that id."""
        token = self.tokens.get(token_id or "")
        return token if token and token.expires > self.clock() else None

    def project_named(self, name: str) -> Project:
        """The project of that name."""
        return next(project for project in self.projects.values() if project.name == name)


@dataclasses.dataclass(kw_only=True)
class World:
    """All clouds. Whoever reads or changes it holds the lock."""

    clock: Clock
    behaviours: Behaviours
    clouds: dict[str, Cloud] = dataclasses.field(default_factory=dict)
    lock: threading.RLock = dataclasses.field(default_factory=threading.RLock)
    history: deque[dict[str, t.Any]] = dataclasses.field(default_factory=lambda: deque(maxlen=100_000))

    def regions(self, cloud: str | None = None, region: str | None = None) -> list[Region]:
        """The regions that match, brought up to the present."""
        with self.lock:
            found = [
                each
                for one in self.clouds.values()
                for each in one.regions.values()
                if cloud in (None, one.name) and region in (None, each.name)
            ]
            for each in found:
                each.advance()
            return found

    def region(self, cloud: str, region: str | None = None) -> Region:
        """One region, brought up to the present; the cloud's first if none is named."""
        found = self.regions(cloud, region)
        if not found:
            raise KeyError(f"no region {cloud}:{region or '*'}")
        return found[0]
