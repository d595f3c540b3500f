# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ML2 mechanism driver that binds any port on any host, without agents."""

from __future__ import annotations

import typing as t

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api


class AnyHost(api.MechanismDriver):
    """Neutron's own needs an agent that lives, or hosts with special names."""

    def initialize(self) -> None:
        """There is nothing to prepare."""

    @property
    def connectivity(self) -> str:
        return str(portbindings.CONNECTIVITY_L2)

    def bind_port(self, context: t.Any) -> None:
        if context.current.get(portbindings.VNIC_TYPE) not in (portbindings.VNIC_NORMAL, None):
            return
        details = {portbindings.CAP_PORT_FILTER: True, portbindings.OVS_HYBRID_PLUG: False}
        for segment in context.segments_to_bind[:1]:
            kind, status = portbindings.VIF_TYPE_OVS, constants.PORT_STATUS_ACTIVE
            context.set_binding(segment[api.ID], kind, details, status=status)
