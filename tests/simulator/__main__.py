# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m tests.simulator --clouds alpha,beta,gamma --clouds-yaml clouds.yaml"""

from __future__ import annotations

import argparse
import os
import pathlib
import resource
import signal
import sys
import threading
import time

from .config import raw_config
from .simulator import Simulator


def main() -> int:
    """Serve until told to end, until the parent is gone, or until the time is up."""
    options = _options()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    config = _config(options)
    with Simulator(config, port=options.port, wire_log=options.wire_log) as simulator:
        if options.clouds_yaml:
            simulator.clouds_yaml(options.clouds_yaml)
        print(f"ready {simulator.url}", flush=True)
        _wait(stopped, options.max_seconds)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="Simulated OpenStack clouds on loopback.")
    parser.add_argument("--clouds", default="", help="names of clouds, separated by commas")
    parser.add_argument("--config", type=pathlib.Path, help="the world, as YAML or JSON")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--clouds-yaml", type=pathlib.Path, help="where to write the clouds.yaml")
    parser.add_argument("--wire-log", type=pathlib.Path, help="where to append one JSON line a request")
    parser.add_argument("--max-seconds", type=float, default=3600.0)
    return parser.parse_args()


def _config(options: argparse.Namespace) -> dict[str, object]:
    raw = raw_config(options.config)
    names = [name for name in options.clouds.split(",") if name]
    if names:
        given = raw.get("clouds") or {}
        known = given if isinstance(given, dict) else dict.fromkeys(given)
        raw["clouds"] = {name: known.get(name) for name in names}
    return raw


def _wait(stopped: threading.Event, seconds: float) -> None:
    parent, deadline = os.getppid(), time.monotonic() + seconds
    while time.monotonic() < deadline and os.getppid() == parent:
        if stopped.wait(0.2):
            return


if __name__ == "__main__":
    sys.exit(main())
