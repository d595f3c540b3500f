# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator as a whole: `with Simulator({"clouds": ["alpha", "beta"]}) as sim: ...`."""

from __future__ import annotations

import asyncio
import threading
import typing as t

from .application import the_application
from .clock import wall_clock
from .clouds_yaml import clouds_yaml, write_clouds_yaml
from .config import read_config
from .controls import Controls
from .furnish import build_world
from .gateway import Gateway
from .http_server import HttpServer
from .wire import WireLog

if t.TYPE_CHECKING:
    import pathlib

    from .clock import Clock
    from .world import World


class Simulator(Controls):
    """Serves simulated clouds on loopback from a thread of its own; the controls are its methods."""

    def __init__(
        self,
        config: t.Mapping[str, t.Any] | str | pathlib.Path | None = None,
        *,
        port: int = 0,
        wire_log: pathlib.Path | str | None = None,
        clock: Clock | None = None,
    ) -> None:
        settings = read_config(config)
        world = build_world(settings, clock or wall_clock())
        super().__init__(settings, world, WireLog(wire_log), self._plug_from_outside)
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        gateway = Gateway(self, the_application())
        self._server = HttpServer(gateway.handle, gateway.begin_upload)
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> t.Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen and serve."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="simulator", daemon=True)
        self._thread.start()
        ready.wait()
        if not self.url:
            raise OSError(f"port {self._wanted_port} cannot be had")

    def stop(self) -> None:
        """Close every connection and end."""
        if self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self.log.close()

    def clouds_yaml(self, path: pathlib.Path | str | None = None, user: str | None = None) -> dict[str, t.Any]:
        """The content of clouds.yaml for these clouds; written to the path if there is one."""
        if path is not None:
            write_clouds_yaml(self.world, path, user)
        return clouds_yaml(self.world, user)

    def wire(self, **wanted: t.Any) -> list[dict[str, t.Any]]:
        """The requests so far: `sim.wire(cloud="alpha", event="server.create")`."""
        with self.world.lock:
            return self.log.lines(**wanted)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._listen())
        finally:
            ready.set()
        if self.url:
            self._loop.run_forever()
            self._server.close()
            self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> None:
        try:
            shared = await self._server.listen("", self._wanted_port)
        except OSError:
            return
        for name, cloud in self.world.clouds.items():
            port = await self._server.listen(name) if cloud.settings.own_port else shared
            _address(self.world, name, f"http://127.0.0.1:{port}")
            if cloud.settings.unplugged:
                self._server.unplug(name)
        self.url = f"http://127.0.0.1:{shared}"

    def _plug_from_outside(self, cloud: str, plugged: bool) -> None:
        if threading.current_thread() is self._thread:
            self._loop.create_task(self._plug(cloud, plugged))
        else:
            asyncio.run_coroutine_threadsafe(self._plug(cloud, plugged), self._loop).result()

    async def _plug(self, cloud: str, plugged: bool) -> None:
        if plugged:
            await self._server.listen(cloud)
        else:
            self._server.unplug(cloud)


def _address(world: World, name: str, origin: str) -> None:
    cloud = world.clouds[name]
    cloud.base_url = f"{origin}/{name}"
    for region_name, region in cloud.regions.items():
        region.base_url = f"{cloud.base_url}/{region_name}"
