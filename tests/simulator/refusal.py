# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service answers when it says no."""

from __future__ import annotations

_NOVA_KINDS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    409: "conflictingRequest",
    413: "overLimit",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}


class Refused(Exception):  # noqa: N818 - it is raised to refuse, not because something went wrong
    """A request is refused with a status and a message; each service wraps it in its own body."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind


def nova_body(status: int, message: str) -> dict[str, object]:
    """The error body of Nova and Cinder."""
    return {_NOVA_KINDS.get(status, "computeFault"): {"code": status, "message": message}}


def unexpected(error_class: str) -> Refused:
    """Nova's answer when something behind it is dead."""
    text = f"Unexpected API Error. Please contact the administrator\n<class '{error_class}'>"
    return Refused(500, text)


def no_instance(server_id: str) -> Refused:
    """Nova's 404 for a server."""
    return Refused(404, f"Instance {server_id} could not be found.")
