# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The name and the variables of each host."""

from __future__ import annotations

import functools
import re
import shlex
import typing as t
from dataclasses import dataclass

from ansible.template import trust_as_template

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import Account
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import Row
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Host

# What a name is not to hold: braces, and what is not shown as it is. Nova itself takes 255 characters.
_ODD = re.compile(r"[{}\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 255
_ANSIBLES_OWN = frozenset({"all", "ungrouped", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Names that are groups, and beginnings of such names."""

    names: t.Collection[str]
    prefixes: tuple[str, ...] = ()

    @classmethod
    def by(cls, names: t.Collection[str], keyed_groups: t.Iterable[t.Mapping[str, str]]) -> Meant:
        """Some names, and those that Ansible's option of that name can make."""
        keyed = (each for each in keyed_groups if each.get("prefix"))
        return cls(names=names, prefixes=tuple(f"{each['prefix']}{each.get('separator', '_')}" for each in keyed))

    def group(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


def names_for(hosts: t.Sequence[Host], meant: Meant) -> t.Iterator[tuple[str, Host]]:
    """Each host with its name in the inventory.

    A server may be called localhost, or as a group is, and whoever means these would get it; AWX refuses a whole
    inventory for one name that may be a template; and a line break forges lines of output. Such a name is written
    otherwise, and its location is added.
    """
    used = {host.name for host in hosts}
    for host in hosts:
        name = _ODD.sub("_", host.name)[:_LONGEST]
        if name != host.name or name in _ANSIBLES_OWN or meant.group(name):
            name = f"{name}.{host.location.replace(':', '.')}"
            name = f"{name}.{_ODD.sub('_', host.server.id)[:_LONGEST]}" if name in used else name
            used.add(name)
        yield name, host


def host_vars(row: Row, account: Account, jump_host: str, key_file: str = "") -> dict[str, t.Any]:
    """The address, user and key to log in with, a dictionary of what the cloud shows, and the flat ones people expect.

    A jump host of the account's own hints goes before the given one.
    """
    user, jump = account.ssh_user(row["image"]), account.notes.jump_host or jump_host
    way = {
        "ansible_host": row["address"],
        "ansible_user": user,
        "ansible_ssh_private_key_file": key_file,
        "ansible_ssh_common_args": shlex.join(["-o", f"ProxyJump={jump}"]) if jump else "",
    }
    return {
        "multi_stack": row,
        "multi_stack_status": row["status"],
        "multi_stack_stale_seconds": row["stale_seconds"],
        **{name: value for name, value in way.items() if value},
    }


def plain(value: t.Any) -> t.Any:
    """A value whose strings show as plain text in ``ansible-inventory --export``.

    A string that holds no template may be called one. Which it is, Ansible tells by a brace, and by the header
    ``#jinja2:`` at its beginning, which can name other signs than braces. All others are left as they are, and Ansible
    never renders them.
    """
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    harmless = isinstance(value, str) and "{" not in value and not value.lstrip().startswith("#")
    return _trusted(value) if harmless else value


@functools.lru_cache(maxsize=8192)
def _trusted(harmless: str) -> str:
    """Most hosts share most of their texts, and to mark one costs more than all else that is done with it."""
    return t.cast("str", trust_as_template(harmless))
