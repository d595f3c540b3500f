# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routers without an agent: a floating IP that leads somewhere is ACTIVE at once, and with guests it really does."""

from __future__ import annotations

import typing as t

from neutron.services.l3_router import l3_router_plugin
from neutron_lib import constants
from oslo_log import log as logging

from . import namespace
from .guest import GUEST_ROOT

LOG = logging.getLogger(__name__)


def _lead(address: str, fixed: str | None) -> None:
    if GUEST_ROOT:
        try:
            namespace.lead(address, fixed)
        except (RuntimeError, OSError):
            LOG.exception("floating IP %s", address)


class AgentlessRouters(l3_router_plugin.L3RouterPlugin):
    """Neutron's plugin, which settles floating IPs itself."""

    def create_floatingip(self, context: t.Any, floatingip: t.Any) -> t.Any:
        return self._settled(context, super().create_floatingip(context, floatingip))

    def update_floatingip(self, context: t.Any, id: str, floatingip: t.Any) -> t.Any:
        return self._settled(context, super().update_floatingip(context, id, floatingip))

    def delete_floatingip(self, context: t.Any, id: str) -> None:
        gone = self.get_floatingip(context, id) if GUEST_ROOT else {}
        super().delete_floatingip(context, id)
        if gone:
            _lead(gone["floating_ip_address"], None)

    def disassociate_floatingips(self, context: t.Any, port_id: str, **how: t.Any) -> t.Any:
        gone = self.get_floatingips(context.elevated(), filters={"port_id": [port_id]}) if GUEST_ROOT else ()
        routers = super().disassociate_floatingips(context, port_id, **how)
        for one in gone:
            _lead(one["floating_ip_address"], None)
        return routers

    def _settled(self, context: t.Any, one: t.Any) -> t.Any:
        active, down = constants.FLOATINGIP_STATUS_ACTIVE, constants.FLOATINGIP_STATUS_DOWN
        status = active if one.get("port_id") else down
        if one["status"] != status:
            self.update_floatingip_status(context.elevated(), one["id"], status)
            one["status"] = status
        _lead(one["floating_ip_address"], one.get("fixed_ip_address"))
        return one
