# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m tests.openstack.rig up: real OpenStack clouds on this machine."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import time
import typing as t

from . import guests, status
from .drivers import commands
from .rig import Rig, refuse_change
from .services import name_of
from .settings import RigError, Settings, remembered
from .sites import SERVICES

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .settings import Options


def main() -> int:
    """Do as told; 1 where that was not possible."""
    options, started = _parser().parse_args(), time.monotonic()

    def tell(text: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)

    try:
        act: Callable[[Rig, argparse.Namespace], int] = options.act
        return act(Rig(remembered(), tell), options)
    except (RuntimeError, OSError) as error:
        print(f"tests.openstack.rig: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.openstack.rig", description="Real OpenStack clouds on this machine.")
    them = parser.add_subparsers(required=True, metavar="COMMAND")
    up = _command(them, "up", _up, "bring them up; what is not said is as it was the last time")
    up.add_argument("clouds", type=int, nargs="?", help="how many, 3 the first time")
    for option, text in _OPTIONS.items():
        up.add_argument(f"--{option}", action=argparse.BooleanOptionalAction, help=text)
    _command(them, "down", _down, "stop everything; data is kept")
    _command(them, "reset", _reset, "down, and forget all data")
    _command(them, "status", _status, "what runs, its memory and processor time")
    for name, act, text in _FAULTS:
        fault = _command(them, name, act, text)
        fault.add_argument("cloud", metavar="CLOUD", help="its name, with a 2 behind it for its second region")
        fault.add_argument("service", metavar="SERVICE", choices=SERVICES, help=", ".join(SERVICES))
    knob = _command(them, "knob", _knob, "faults of hosts, builds, volumes and guests")
    knob.add_argument("cloud", metavar="CLOUD")
    knob.add_argument("knobs", metavar="JSON", type=json.loads, help="all of them, {} for none")
    _command(them, "guests", _guests, "list the guests")
    guest = _command(them, "guest", _guest, "run a command in a guest, without SSH")
    guest.add_argument("cloud", metavar="CLOUD")
    guest.add_argument("name", metavar="NAME", help="or id")
    shell = _command(them, "shell", _shell, "run a command where clouds and guests can be reached")
    for command in (guest, shell):
        command.add_argument("command", metavar="CMD", nargs=argparse.REMAINDER)
    return parser


def _command(them: t.Any, name: str, act: Callable[[Rig, argparse.Namespace], int], text: str) -> t.Any:
    command = them.add_parser(name, help=text, description=text)
    command.set_defaults(act=act)
    return command


def _up(rig: Rig, options: argparse.Namespace) -> int:
    before = rig.settings.options
    wanted = _wanted(before, options)
    if rig.up:
        refuse_change(before, wanted)
    rig = Rig(dataclasses.replace(rig.settings, options=wanted), rig.tell)
    with _alone(rig.settings):
        rig.bring_up()
    rig.tell(f"up: {', '.join(site.name for site in wanted.sites)}; see {rig.settings.clouds_yaml}")
    return 0


def _alone(settings: Settings) -> t.ContextManager[None]:
    """Two of these commands at once wait for each other."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    return commands.turn(settings.folder)


def _wanted(before: Options, options: argparse.Namespace) -> Options:
    """What was asked for the last time, changed by what is asked for now."""
    given: dict[str, t.Any] = {
        name: value for name in ("clouds", *_OPTIONS) if (value := getattr(options, name)) is not None
    }
    if os.environ.get("OPENSTACK_PORT"):
        given["port"] = int(os.environ["OPENSTACK_PORT"])
    return dataclasses.replace(before, **given)


def _down(rig: Rig, options: argparse.Namespace) -> int:
    with _alone(rig.settings):
        rig.take_down()
    return 0


def _reset(rig: Rig, options: argparse.Namespace) -> int:
    with _alone(rig.settings):
        rig.reset()
    return 0


def _status(rig: Rig, options: argparse.Namespace) -> int:
    return 0 if status.told(rig) else 1


def _stop(rig: Rig, options: argparse.Namespace) -> int:
    if not rig.processes.stop(_name(rig.settings, options)):
        raise RigError(f"{options.service} of {options.cloud} does not run")
    return 0


def _start(rig: Rig, options: argparse.Namespace) -> int:
    _name(rig.settings, options)
    rig.enter()
    rig.services.wait(rig.services.start(rig.settings.site(options.cloud), options.service))
    return 0


def _freeze(rig: Rig, options: argparse.Namespace) -> int:
    rig.processes.signal(_name(rig.settings, options), signal.SIGSTOP)
    return 0


def _thaw(rig: Rig, options: argparse.Namespace) -> int:
    rig.processes.signal(_name(rig.settings, options), signal.SIGCONT)
    return 0


def _name(settings: Settings, options: argparse.Namespace) -> str:
    """What the process of a service is called."""
    site = settings.site(options.cloud)
    if options.service not in site.services(settings.options.cinder):
        raise RigError(f"{site.name} has no {options.service} of its own")
    return name_of(site, options.service)


def _knob(rig: Rig, options: argparse.Namespace) -> int:
    rig.turn(rig.settings.site(options.cloud), options.knobs)
    return 0


def _guests(rig: Rig, options: argparse.Namespace) -> int:
    status.told_of_guests(rig)
    return 0


def _guest(rig: Rig, options: argparse.Namespace) -> int:
    guest = guests.named(rig.settings, rig.settings.site(options.cloud), options.name)
    return guest.inside(*(options.command or ["/bin/bash"])).returncode


def _shell(rig: Rig, options: argparse.Namespace) -> int:
    rig.enter()
    environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": str(rig.settings.clouds_yaml)}
    command = options.command or [os.environ.get("SHELL", "/bin/sh")]
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        raise RigError(f"{command[0]}: {error.strerror}") from error


_OPTIONS = {
    "guests": "servers are small hosts that answer SSH (needs root)",
    "cinder": "block storage",
    "regions": "a second region of the last cloud",
}
_FAULTS: tuple[tuple[str, Callable[[Rig, argparse.Namespace], int], str], ...] = (
    ("stop", _stop, "stop a service"),
    ("start", _start, "start it again"),
    ("freeze", _freeze, "let a service hang: it takes connections, and answers nothing"),
    ("thaw", _thaw, "let it go on"),
)

if __name__ == "__main__":
    sys.exit(main())
