# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a server by itself: scheduling, recheck of the quota, networking, spawning, deletion."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .addresses import allocate_ports, release_ports, set_port_status
from .behaviours import Occasion, Step
from .quota import recheck
from .scheduling import place_batch, why_none
from .server import RUNNING, Destiny, Fault, Server
from .volume_use import attach_volumes, release_volumes

if t.TYPE_CHECKING:
    from .region import Region

Stage = t.Literal["scheduling", "networking", "spawning"]
_NETWORKING, _SPAWNING = 0.2, 0.4
_CELL_ZERO = -1


def destiny_of(region: Region, name: str) -> Destiny:
    """What becomes of a server of that name, by the region's build time and the behaviours in force."""
    low, high = region.settings.build_seconds
    normal = Destiny(build_seconds=region.randomness.uniform(low, high))
    step = _decided(region, "server.build", name)
    if step is None:
        return normal
    if step.do == "delay":
        return dataclasses.replace(normal, build_seconds=step.seconds)
    if step.do == "bare":
        return dataclasses.replace(normal, addresses=False)
    outcome: t.Literal["error", "stall"] = "error" if step.do == "error" else "stall"
    stage = t.cast("Stage", step.stage)
    return dataclasses.replace(normal, outcome=outcome, stage=stage, code=step.code, message=step.message)


def begin_build(region: Region, servers: t.Sequence[Server]) -> None:
    """Accept a batch that one POST has ordered."""
    region.servers.update({server.id: server for server in servers})
    ids = tuple(server.id for server in servers)
    region.at(region.clock() + region.settings.schedule_seconds, functools.partial(_schedule, ids))
    region.advance()


def begin_delete(region: Region, server: Server) -> None:
    """Accept a DELETE: gone at once where no compute is concerned, else after some time."""
    now = region.clock()
    if not server.row or server.host is None:
        _gone(server.id, region, now)
        return
    if server.deleting:
        return
    region.change(server.id, now, task_state="deleting")
    step = _decided(region, "server.remove", server.name)
    wait = region.settings.delete_seconds
    if step and step.do in {"ignore", "stall"}:
        return
    if step and step.do == "error":
        region.at(now + wait, functools.partial(_fail_delete, server.id, step))
        return
    if step and step.do == "delay":
        wait = step.seconds
    if server.vm_state == "building" and server.destiny.outcome != "stall":
        wait += max(0.0, _began(region, server) + server.destiny.build_seconds - now)
    region.at(now + wait, functools.partial(_gone, server.id))


def soft_delete(region: Region, server: Server) -> None:
    """Accept a DELETE where the operator keeps deleted servers for a while."""
    region.change(server.id, region.clock(), vm_state="soft-delete", task_state=None, power_state=4)


def remove_now(region: Region, server_id: str) -> None:
    """Let a server vanish, as when an operator deletes it."""
    _gone(server_id, region, region.clock())


def _decided(region: Region, event: str, name: str) -> Step | None:
    occasion = Occasion(words=(event,), cloud=region.cloud, region=region.name, name=name)
    decided = region.behaviours.decide(occasion)
    return decided[0] if decided else None


def _began(region: Region, server: Server) -> float:
    return server.created - region.settings.clock_skew


def _ends_at(server: Server, stage: Stage) -> bool:
    return server.destiny.outcome != "active" and server.destiny.stage == stage


def _schedule(ids: t.Sequence[str], region: Region, moment: float) -> None:
    batch = [server for server in map(region.servers.get, ids) if server and not _lost(server)]
    doomed = next((server.destiny for server in batch if _ends_at(server, "scheduling")), None)
    hosts = None if doomed and doomed.code != 413 else place_batch(region, batch)
    if hosts is None:
        for server in batch:
            region.change(server.id, moment, cell=_CELL_ZERO)
            _fail(server.id, doomed or Destiny(build_seconds=0, message=why_none(batch)), region, moment)
        return
    for server in batch:
        host, zone = hosts[server.id]
        region.place(server.id, row=True, host=host, host_zone=zone)
    region.at(moment + region.settings.recheck_seconds, functools.partial(_recheck, tuple(hosts)))


def _lost(server: Server) -> bool:
    return server.destiny.outcome == "stall" and server.destiny.stage == "scheduling"


def _recheck(ids: t.Sequence[str], region: Region, moment: float) -> None:
    batch = [server for server in map(region.servers.get, ids) if server and not server.deleting]
    if not batch:
        return
    over = recheck(region, batch[0].project_id, batch[0].flavor, len(ids))
    late = next((server.destiny.message for server in batch if _ends_at(server, "scheduling")), None)
    for server in batch:
        if over or late:
            _fail(server.id, Destiny(build_seconds=0, code=413, message=over or late or ""), region, moment)
        else:
            _begin_spawn(server, region, moment)


def _begin_spawn(server: Server, region: Region, moment: float) -> None:
    began, seconds = _began(region, server), server.destiny.build_seconds
    region.place(server.id, task_state=None)
    for share, event in ((_NETWORKING, _network), (_SPAWNING, _spawn), (1.0, _finish)):
        region.at(max(moment, began + share * seconds), functools.partial(event, server.id))


def _building(region: Region, server_id: str) -> Server | None:
    server = region.servers.get(server_id)
    return server if server and server.vm_state == "building" and not server.deleting else None


def _network(server_id: str, region: Region, moment: float) -> None:
    server = _building(region, server_id)
    if server is None:
        return
    region.change(server_id, moment, task_state="networking")
    if _ends_at(server, "networking"):
        if server.destiny.outcome == "error":
            _fail(server_id, server.destiny, region, moment)
        return
    refusal = allocate_ports(region, server) if server.destiny.addresses else None
    if refusal:
        _fail(server_id, Destiny(build_seconds=0, message=refusal), region, moment)


def _spawn(server_id: str, region: Region, moment: float) -> None:
    server = _building(region, server_id)
    if server is None or _ends_at(server, "networking"):
        return
    refusal = attach_volumes(region, server)
    if refusal:
        message = f"Build of instance {server_id} aborted: {refusal}"
        _fail(server_id, Destiny(build_seconds=0, message=message), region, moment)
        return
    region.change(server_id, moment, task_state="spawning")


def _finish(server_id: str, region: Region, moment: float) -> None:
    server = _building(region, server_id)
    if server is None or _ends_at(server, "networking"):
        return
    if _ends_at(server, "spawning"):
        if server.destiny.outcome == "error":
            _fail(server_id, server.destiny, region, moment)
        return
    set_port_status(region, server, "ACTIVE")
    launched = moment + region.settings.clock_skew
    region.change(server_id, moment, vm_state="active", task_state=None, power_state=RUNNING, launched=launched)


def _fail(server_id: str, why: Destiny, region: Region, moment: float) -> None:
    server = region.servers.get(server_id)
    if server is None:
        return
    network = server.nics[0].network_id if server.nics else ""
    text = why.message.replace("{id}", server_id).replace("{network}", network)
    created = moment + region.settings.clock_skew
    fault = Fault(code=why.code, message=text[:255], created=created) if text else None
    release_ports(region, server)
    changes = {"row": True, "host": None, "host_zone": "", "vm_state": "error", "task_state": None}
    region.change(server_id, moment, fault=fault, **changes)


def _fail_delete(server_id: str, step: Step, region: Region, moment: float) -> None:
    fault = Fault(code=step.code, message=step.message, created=moment + region.settings.clock_skew)
    if server_id in region.servers:
        region.change(server_id, moment, vm_state="error", task_state=None, fault=fault)


def _gone(server_id: str, region: Region, moment: float) -> None:
    server = region.servers.pop(server_id, None)
    if server is None:
        return
    release_ports(region, server)
    release_volumes(region, server)
    when = moment + region.settings.clock_skew
    region.deleted.append((when, dataclasses.replace(server, updated=when, vm_state="deleted", task_state=None)))
    region.rendered.pop(server_id, None)
