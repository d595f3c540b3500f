# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Whether servers answer at the port that the order names, which says more than ACTIVE: their systems have booted.

One that does not answer within the boot timeout is kept and told of, with the end of its console: a wrong image or
security group is wrong at every location, and another server in its place would answer no better.
"""

from __future__ import annotations

import typing as t

from . import messages as m
from .address import preferred
from .model import Phase

if t.TYPE_CHECKING:
    from .desk import Desk
    from .rows import ServerRow
    from .tables import Tables

_AT_ONCE = 4
_TRY_AGAIN = 2.0
_LINES = 20
_SECRET = ("password", "passwd", "passphrase", "secret", "token", "private key")


def answers(desk: Desk, row: ServerRow) -> bool:
    """Whether it answers, as far as the order asks for that; nothing is tried before anything is changed."""
    return not desk.run.order.patience.ready_port or desk.run.check or row.answers


def answer_awaited(desk: Desk, row: ServerRow, now: float) -> bool:
    """Whether its answer, or else the end of its console, is still to come; asks for either."""
    if answers(desk, row) or row.phase is not Phase.READY or not (address := _address(row)):
        return False
    if row.trying:
        return True
    if now - _booting_since(desk, row) >= desk.run.order.patience.boot:
        return _console_awaited(desk, row)
    _try(desk, row, address, now)
    return True


def _address(row: ServerRow) -> str:
    return preferred(row.server.addresses) if row.server else ""


def _booting_since(desk: Desk, row: ServerRow) -> float:
    attempt = desk.tables.attempts.get(row.token)
    return desk.run.started if attempt is None else attempt.posted_at


def _try(desk: Desk, row: ServerRow, address: str, now: float) -> None:
    """Few at once: a try holds a place among the requests of its location for as long as nothing answers."""
    trying = sum(each.trying for each in desk.tables.servers.values() if each.location == row.location)
    if trying >= _AT_ONCE or now < row.try_after:
        desk.wake_at(max(row.try_after, now + 1.0))
        return
    row.trying = True
    desk.ask(m.Probe(location=row.location, id=row.id, address=address, port=desk.run.order.patience.ready_port))


def _console_awaited(desk: Desk, row: ServerRow) -> bool:
    if row.console is None:
        row.trying = True
        desk.ask(m.Console(location=row.location, id=row.id))
    return row.trying


def probed(tables: Tables, event: m.Probed) -> None:
    row = tables.servers.get(event.id)
    if row is not None:
        row.trying, row.answers, row.try_after = False, event.open, event.now + _TRY_AGAIN


def console_read(tables: Tables, event: m.ConsoleRead) -> None:
    row = tables.servers.get(event.id)
    if row is not None:
        row.trying, row.console = False, tail(event.text)


def tail(console: str) -> str:
    """The last lines of a console, without what no terminal should get and what may be a secret."""
    lines = ("".join(char for char in line if char.isprintable()).strip() for line in console.splitlines())
    told = [line for line in lines if line and not any(word in line.lower() for word in _SECRET)]
    return "\n".join(told[-_LINES:])
