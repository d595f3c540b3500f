# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m openstack_rig.serve SERVICE --folder FOLDER --port PORT: one OpenStack service, in its own environment."""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import signal
import sys
import traceback
import typing as t
from pathlib import Path

from .access_log import AccessLog
from .journal import say

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Services make garbage by the ten thousands for each request: it is looked for less often.
_GARBAGE = (50000, 20, 50)


def main() -> t.NoReturn:
    """Load the service, and serve it until told to end."""
    options = _options()
    sys.argv = [options.service]  # the services read the command line themselves
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENSTACK_RIG_FOLDER"] = str(options.folder)
    _name_process(f"{options.folder.name}-{options.service}")
    try:
        _serve(_APPLICATIONS[options.service](options), options)
    except BaseException:
        traceback.print_exc()
    os._exit(1)  # also where threads go on


def _name_process(name: str) -> None:
    import setproctitle

    setproctitle.setproctitle(f"openstack-rig: {name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("service", choices=_APPLICATIONS)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--hosts", nargs="*", default=[])
    return parser.parse_args()


def _serve(application: t.Any, options: argparse.Namespace) -> None:
    import waitress

    logging.getLogger("waitress").setLevel(logging.ERROR)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    server = waitress.create_server(
        AccessLog(application, options.folder / f"log/{options.service}-access.log"),
        host="127.0.0.1",
        port=options.port,
        threads=options.threads,
        connection_limit=500,
        channel_timeout=120,
        max_request_body_size=1 << 40,
    )
    say(f"ready on port {options.port}")
    server.run()


def _plain(module: str, variable: str, **more: str) -> Callable[[argparse.Namespace], t.Any]:
    """A service that is its WSGI application alone."""

    def load(options: argparse.Namespace) -> t.Any:
        os.environ.update({variable: str(options.folder / "etc"), **more})
        return importlib.import_module(module).application

    return load


def _own(name: str) -> Callable[[argparse.Namespace], t.Any]:
    """A service that has a module here."""

    def load(options: argparse.Namespace) -> t.Any:
        return importlib.import_module(f".{name}", __package__).application(options)

    return load


_APPLICATIONS = {
    "keystone": _own("identity"),
    "placement": _plain("placement.wsgi.api", "OS_PLACEMENT_CONFIG_DIR"),
    "glance": _plain("glance.wsgi.api", "OS_GLANCE_CONFIG_DIR"),
    "neutron": _plain("neutron.wsgi.api", "OS_NEUTRON_CONFIG_DIR", OS_NEUTRON_CONFIG_FILES="neutron.conf"),
    "nova": _own("compute"),
    "cinder": _own("volume"),
}

if __name__ == "__main__":
    main()
