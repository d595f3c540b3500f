# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be made to go wrong at a cloud, in words that the simulator and the rig of real clouds both understand.

Nova's work goes wrong by the name of the server, so that nobody else's servers are concerned; a service that stops
stops for all. Whatever was done is undone by `heal`.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

# What a server's name begins with that no host can spawn.
BAD = "contract-bad"
Role = t.Literal["keystone", "glance", "neutron", "nova"]
_SERVICES = {"keystone": "identity", "glance": "image", "neutron": "network", "nova": "compute"}
_SPAWN = "Exceeded maximum number of retries. Exceeded max scheduling attempts 3 for instance {id}. As wanted."
_COMMAND_SECONDS = 240


class Faults(t.Protocol):
    """How a cloud is broken."""

    def fail_spawning(self) -> None:
        """No host can spawn servers whose names begin with `BAD`."""

    def build_slowly(self, seconds: float) -> None:
        """Spawning takes so long."""

    def stop(self, role: Role) -> None:
        """Nobody listens at a service's address any more."""

    def freeze(self, role: Role) -> None:
        """A service takes connections and answers nothing."""

    def lose_hosts(self, hosts: t.Sequence[str]) -> None:
        """Nobody builds on these hosts any more, and nobody has noticed yet."""

    def heal(self) -> None:
        """Undo everything."""


class SimulatorFaults:
    """Declared behaviours."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._declared: list[int] = []

    def fail_spawning(self) -> None:
        self._behave(event="server.build", name=f"^{BAD}", do="error", stage="spawning", message=_SPAWN)

    def build_slowly(self, seconds: float) -> None:
        self._behave(event="server.build", do="delay", seconds=seconds)

    def stop(self, role: Role) -> None:
        self._behave(event=_SERVICES[role], do="drop")

    def freeze(self, role: Role) -> None:
        self._behave(event=_SERVICES[role], do="hang")

    def lose_hosts(self, hosts: t.Sequence[str]) -> None:
        self._behave(event="server.build", do="stall")

    def heal(self) -> None:
        while self._declared:
            self._simulator.heal(self._declared.pop())

    def _behave(self, **behaviour: t.Any) -> None:
        self._declared.append(self._simulator.behave(**behaviour))


class RigFaults:
    """Commands of the rig that the clouds run on: ``knob CLOUD JSON``, and ``stop``, ``freeze CLOUD ROLE``."""

    def __init__(self, command: str, cloud: str) -> None:
        self._command, self._cloud = shlex.split(command), cloud
        self._cures: list[tuple[str, Role]] = []
        self._knobs: dict[str, t.Any] = {}

    def fail_spawning(self) -> None:
        self._turn(fail_names=[BAD])

    def build_slowly(self, seconds: float) -> None:
        self._turn(spawn_delay=seconds)

    def stop(self, role: Role) -> None:
        self._cures.append(("start", role))
        self._run("stop", role)

    def freeze(self, role: Role) -> None:
        self._cures.append(("thaw", role))
        self._run("freeze", role)

    def lose_hosts(self, hosts: t.Sequence[str]) -> None:
        self._turn(dead_hosts=list(hosts))

    def heal(self) -> None:
        with contextlib.ExitStack() as healing:
            while self._cures:
                healing.callback(self._run, *self._cures.pop())
            if self._knobs:
                self._knobs = {}
                healing.callback(self._run, "knob", "{}")

    def _turn(self, **knobs: t.Any) -> None:
        self._knobs |= knobs
        self._run("knob", json.dumps(self._knobs))

    def _run(self, word: str, value: str) -> None:
        command = [*self._command, word, self._cloud, value]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}: {done.stdout}{done.stderr}"
