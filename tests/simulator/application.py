# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Flask application: all services of all clouds, by path."""

from __future__ import annotations

import functools
import logging
import typing as t

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from . import (
    compute,
    context,
    network,
    routes_compute,
    routes_control,
    routes_floating_ips,
    routes_groups,
    routes_identity,
    routes_images,
    routes_keypairs,
    routes_network,
    routes_networks,
    routes_routers,
    routes_security_groups,
    routes_server_actions,
    routes_server_parts,
    routes_server_security,
    routes_server_tags,
    routes_servers,
    routes_volumes,
)
from .refusal import Refused, nova_body

_ROUTES = (
    routes_compute,
    routes_floating_ips,
    routes_groups,
    routes_keypairs,
    routes_network,
    routes_networks,
    routes_routers,
    routes_security_groups,
    routes_server_actions,
    routes_server_parts,
    routes_server_security,
    routes_server_tags,
    routes_servers,
)
_NOWHERE = "The resource could not be found.<br /><br />\n\n\n"


class _NoSessions(SecureCookieSessionInterface):
    def open_session(self, app: Flask, *_request: t.Any) -> t.Any:
        return self.make_null_session(app)

    def save_session(self, *_session: t.Any) -> None:
        return None


@functools.cache
def the_application() -> Flask:
    """The application; one for all simulators, as it takes longer to make than they do."""
    application = Flask("simulator", static_folder=None)
    application.url_map.strict_slashes = False
    application.url_map.merge_slashes = False
    application.session_interface = _NoSessions()
    for module in (routes_identity, compute, routes_images, network, routes_volumes, routes_control):
        application.register_blueprint(module.blueprint)
    application.register_error_handler(NotFound, _nowhere)
    application.register_error_handler(MethodNotAllowed, _nowhere)
    application.register_error_handler(Refused, _refused)
    application.register_error_handler(Exception, _broken)
    return application


def _nowhere(error: HTTPException) -> Response:
    status = error.code or 404
    return context.answer(status, {"message": _NOWHERE, "code": f"{status} {error.name}", "title": error.name})


def _refused(error: Refused) -> Response:
    return context.answer(error.status, nova_body(error.status, error.message))


def _broken(error: Exception) -> Response:
    logging.getLogger(__name__).error("%s %s", request.method, request.path, exc_info=error)
    text = f"The simulator is broken: {type(error).__name__}: {error}"
    return context.answer(500, nova_body(500, text))
