# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: its API, conductor, scheduler and computes in one process, in native threads."""

from __future__ import annotations

import os
import sys
import threading
import time
import typing as t

from . import knobs
from .journal import say

if t.TYPE_CHECKING:
    import argparse

_LOOK_SECONDS = 0.5


def application(options: argparse.Namespace) -> t.Any:
    os.environ["OS_NOVA_CONFIG_DIR"] = str(options.folder / "etc")
    from nova import monkey_patch

    monkey_patch.patch(backend="threading")
    _provide_driver()
    from nova.wsgi.osapi_compute import application as nova

    say("api loaded")
    computes = _start(options.hosts)
    knobs.tell_dead(())
    threading.Thread(target=_watch, args=(computes, options.hosts), daemon=True).start()
    return nova


def _provide_driver() -> None:
    """Nova looks for its virt drivers in nova.virt alone; the settings call ours rig.driver."""
    import nova.virt

    from . import virt

    sys.modules["nova.virt.rig"] = virt
    nova.virt.rig = virt


def _start(hosts: t.Sequence[str]) -> dict[str, t.Any]:
    """Start all that is not the API; the computes, by host."""
    import os_brick
    import os_vif
    from nova import context, objects, service
    from nova.conductor import rpcapi as conductor
    from nova.conf import CONF
    from nova.objects import host_mapping
    from nova.scheduler import rpcapi as scheduler

    objects.Service.enable_min_version_cache()
    os_brick.setup(CONF)
    os_vif.initialize()
    for binary, topic in (("conductor", conductor.RPC_TOPIC), ("scheduler", scheduler.RPC_TOPIC)):
        service.Service.create(host=CONF.host, binary=f"nova-{binary}", topic=topic).start()
        say(f"{binary} started")
    computes = {host: _compute(host) for host in hosts}
    say("computes started")
    host_mapping.discover_hosts(context.get_admin_context())
    return computes


def _compute(host: str) -> t.Any:
    from nova import service
    from nova.compute import rpcapi

    topics = {"topic": rpcapi.RPC_TOPIC, "topic_alt": rpcapi.RPC_TOPIC_ALT}
    compute = service.Service.create(host=host, binary="nova-compute", **topics)
    compute.start()
    return compute


def _watch(computes: dict[str, t.Any], hosts: t.Sequence[str]) -> None:
    """Stop and start single computes as the knob `dead_hosts` says."""
    while True:
        time.sleep(_LOOK_SECONDS)
        dead = set(knobs.read().get("dead_hosts", ()))
        for host in hosts:
            try:
                _settle(computes, host, dead=host in dead)
            except Exception as error:
                say(f"compute {host}: {error!r}")
        knobs.tell_dead(dead - set(computes))


def _settle(computes: dict[str, t.Any], host: str, *, dead: bool) -> None:
    if dead and host in computes:
        # Its own stop() would shut down the thread pools that all computes of this process share.
        compute = computes.pop(host)
        compute.rpcserver.stop()
        compute.rpcserver_alt.stop()
        compute.tg.stop()
        say(f"compute {host} stopped")
    elif not dead and host not in computes:
        computes[host] = _compute(host)
        say(f"compute {host} started")
