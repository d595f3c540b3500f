# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cinder: its API, scheduler and volume service in one process, in native threads."""

from __future__ import annotations

import sys
import threading
import time
import typing as t

from .journal import say

if t.TYPE_CHECKING:
    import argparse


def application(options: argparse.Namespace) -> t.Any:
    sys.argv += ["--config-file", str(options.folder / "etc/cinder.conf")]
    from cinder import monkey_patch

    monkey_patch.patch(backend="threading")
    from cinder.wsgi.api import application as cinder

    say("api loaded")
    _start()
    return cinder


def _start() -> None:
    import os_brick
    from cinder import service
    from oslo_config import cfg

    os_brick.setup(cfg.CONF)
    _report_each(service.Service)
    scheduler = service.Service.create(binary="cinder-scheduler")
    # Its start waits for the first report of a volume service.
    starting = threading.Thread(target=scheduler.start, daemon=True)
    starting.start()
    while starting.is_alive() and scheduler.rpcserver is None:
        time.sleep(0.02)
    host = f"{cfg.CONF.host}@files"
    service.Service.create(host=host, service_name="files", binary="cinder-volume", coordination=True).start()
    starting.join()
    say("scheduler and volume service started")


def _report_each(kind: t.Any) -> None:
    """Cinder keeps one service id in a process, as an attribute of the class: set the right one for each report."""
    report, turn = kind.report_state, threading.Lock()

    def report_state(service: t.Any) -> None:
        with turn:
            kind.service_id = service.origin_service_id
            report(service)

    kind.report_state = report_state
