# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test may do to the world from outside; used by the Python API and by the control endpoint alike."""

from __future__ import annotations

import dataclasses
import typing as t

from .config import region_settings
from .furnish import build_world
from .lifecycle import remove_now
from .standing import add_server, witness

if t.TYPE_CHECKING:
    from .config import WorldSettings
    from .region import Region
    from .wire import WireLog
    from .world import World

Plugs = t.Callable[[str, bool], None]


class Controls:
    """Every method may be called from any thread."""

    def __init__(self, settings: WorldSettings, world: World, log: WireLog, plugs: Plugs) -> None:
        self._settings = settings
        self._plugs = plugs
        self.world = world
        self.log = log

    def behave(self, raw: t.Mapping[str, t.Any] | None = None, **keys: t.Any) -> int:
        """Put a behaviour in force; answers its number."""
        with self.world.lock:
            return self.world.behaviours.declare({**(raw or {}), **keys})

    def heal(self, number: int | None = None) -> None:
        """End one behaviour, or all."""
        with self.world.lock:
            self.world.behaviours.withdraw(number)

    def behaviours(self) -> list[dict[str, t.Any]]:
        """What is in force, with counts."""
        with self.world.lock:
            return self.world.behaviours.listed()

    def servers(self, cloud: str | None = None, region: str | None = None) -> list[dict[str, t.Any]]:
        """All servers as they truly are."""
        with self.world.lock:
            return [row for each in self.world.regions(cloud, region) for row in witness(each)]

    def add_server(self, cloud: str, region: str | None = None, **raw: t.Any) -> str:
        """Put a server there as if it had been there before; answers its id."""
        with self.world.lock:
            place = self.world.region(cloud, region)
            return add_server(place, self.world.clouds[cloud], raw).id

    def remove_server(self, server_id: str) -> None:
        """Let a server vanish."""
        with self.world.lock:
            remove_now(self._home(server_id), server_id)

    def change_server(self, server_id: str, **changes: t.Any) -> None:
        """Change fields of a server behind everybody's back."""
        with self.world.lock:
            region = self._home(server_id)
            region.change(server_id, self.world.clock(), **changes)

    def set_quota(self, cloud: str | None = None, region: str | None = None, **limits: int) -> None:
        """Change the quota of all projects in the regions that match; below the use is allowed."""
        with self.world.lock:
            for each in self.world.regions(cloud, region):
                unknown = sorted(set(limits) - set(each.settings.quota))
                if unknown:
                    raise ValueError(f"no quota of {', '.join(unknown)}")
                each.settings = dataclasses.replace(each.settings, quota={**each.settings.quota, **limits})
                for quota in each.quotas.values():
                    quota.update(limits)

    def set_region(self, cloud: str | None = None, region: str | None = None, **changes: t.Any) -> None:
        """Change settings of the regions that match."""
        with self.world.lock:
            for each in self.world.regions(cloud, region):
                each.settings = region_settings(changes, each.settings)

    def expire_tokens(self, cloud: str | None = None) -> None:
        """Let all tokens expire now."""
        with self.world.lock:
            for each in self.world.clouds.values():
                if cloud in (None, each.name):
                    each.tokens.clear()

    def unplug(self, cloud: str) -> None:
        """Refuse connections to a cloud that has a port of its own."""
        if not self.world.clouds[cloud].settings.own_port:
            raise ValueError(f"{cloud} has no port of its own; give it own_port: true")
        self._plugs(cloud, False)

    def plug(self, cloud: str) -> None:
        """Accept connections to it again."""
        if self.world.clouds[cloud].settings.own_port:
            self._plugs(cloud, True)

    def reset(self) -> None:
        """Back to the beginning."""
        with self.world.lock:
            fresh = build_world(self._settings, self.world.clock)
            for name, cloud in fresh.clouds.items():
                old = self.world.clouds[name]
                cloud.base_url, cloud.tokens = old.base_url, old.tokens
                for region_name, region in cloud.regions.items():
                    region.base_url = old.regions[region_name].base_url
            self.world.clouds = fresh.clouds
            self.world.behaviours = fresh.behaviours
            self.log.clear()

    def _home(self, server_id: str) -> Region:
        for region in self.world.regions():
            if server_id in region.servers:
                return region
        raise KeyError(f"no server {server_id}")
