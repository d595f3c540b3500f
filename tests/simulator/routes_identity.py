# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keystone v3: versions, tokens, catalog."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, g, request

from . import context
from .catalog import catalog_of
from .clock import iso_micro
from .refusal import Refused

if t.TYPE_CHECKING:
    from .resources import Project, Token, User

blueprint = Blueprint("identity", __name__, url_prefix="/<cloud>/identity")
blueprint.url_value_preprocessor(context.locate)
_DOMAIN = {"id": "default", "name": "Default"}
_REQUIRED = "The request you have made requires authentication."


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    titles = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
    content = {"code": error.status, "message": error.message, "title": titles.get(error.status, "Error")}
    return context.answer(error.status, {"error": content})


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["Vary"] = "X-Auth-Token"
    response.headers["x-openstack-request-id"] = context.request_id()
    return response


@blueprint.get("/")
def _versions() -> Response:
    return context.answer(300, {"versions": {"values": [_version()]}})


@blueprint.get("/v3")
@blueprint.get("/v3/")
def _version_document() -> Response:
    return context.answer(200, {"version": _version()})


def _version() -> dict[str, t.Any]:
    href = f"{context.cloud().base_url}/identity/v3/"
    media = {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": href}],
        "media-types": [media],
    }


@blueprint.post("/v3/auth/tokens")
def _create_token() -> Response:
    auth = (context.body() or {}).get("auth") or {}
    identity = auth.get("identity") or {}
    methods = tuple(identity.get("methods") or ())
    user, project = _identified(methods, identity)
    scope = auth.get("scope")
    if scope and scope != "unscoped":
        project = _scoped(user, scope)
    token = context.cloud().issue(user, project, methods[0])
    return context.answer(201, _shown(token, "nocatalog" not in request.args), {"X-Subject-Token": token.id})


@blueprint.get("/v3/auth/tokens")
def _validate_token() -> Response:
    _authenticate()
    token = context.cloud().token(request.headers.get("X-Subject-Token"))
    if token is None:
        raise Refused(404, "Failed to validate token")
    return context.answer(200, _shown(token, "nocatalog" not in request.args), {"X-Subject-Token": token.id})


@blueprint.delete("/v3/auth/tokens")
def _revoke_token() -> Response:
    _authenticate()
    if context.cloud().tokens.pop(request.headers.get("X-Subject-Token") or "", None) is None:
        raise Refused(404, "Failed to validate token")
    return Response(status=204)


@blueprint.get("/v3/auth/catalog")
def _catalog() -> Response:
    _authenticate()
    return context.answer(200, {"catalog": catalog_of(context.cloud(), context.token().project), "links": {}})


@blueprint.get("/v3/auth/projects")
@blueprint.get("/v3/projects")
@blueprint.get("/v3/users/<_user_id>/projects")
def _projects(_user_id: str = "") -> Response:
    _authenticate()
    own = [project for project in context.cloud().projects.values() if project.name in context.user().projects]
    wanted = request.args.get("name")
    shown = [_project(project) for project in own if wanted in (None, project.name)]
    return context.answer(200, {"projects": shown, "links": {"self": "", "previous": None, "next": None}})


@blueprint.get("/v3/projects/<project_id>")
def _show_project(project_id: str) -> Response:
    _authenticate()
    project = context.cloud().projects.get(project_id)
    if project is None:
        raise Refused(404, f"Could not find project: {project_id}.")
    return context.answer(200, {"project": _project(project)})


@blueprint.get("/v3/users/<user_id>")
def _show_user(user_id: str) -> Response:
    _authenticate()
    user = next((each for each in context.cloud().users.values() if each.id == user_id), None)
    if user is None:
        raise Refused(404, f"Could not find user: {user_id}.")
    return context.answer(200, {"user": {"id": user.id, "name": user.name, "domain_id": "default", "enabled": True}})


@blueprint.get("/v3/regions")
def _regions() -> Response:
    regions = [{"id": name, "description": "", "parent_region_id": None} for name in context.cloud().regions]
    return context.answer(200, {"regions": regions, "links": {}})


def _authenticate() -> None:
    token = context.cloud().token(request.headers.get("X-Auth-Token"))
    if token is None:
        raise Refused(401, _REQUIRED)
    g.token = token


def _identified(methods: tuple[str, ...], identity: t.Mapping[str, t.Any]) -> tuple[User, Project | None]:
    cloud = context.cloud()
    if methods == ("password",):
        given = (identity.get("password") or {}).get("user") or {}
        user = _user(given)
        if user and user.password == given.get("password"):
            return user, None
    if methods == ("application_credential",):
        given = identity.get("application_credential") or {}
        secret, owner = cloud.credentials.get(given.get("id", ""), ("", None))
        if owner and secret == given.get("secret"):
            return owner, cloud.project_named(owner.projects[0])
    if methods == ("token",):
        token = cloud.token((identity.get("token") or {}).get("id"))
        if token:
            return token.user, None
    raise Refused(401, _REQUIRED)


def _user(given: t.Mapping[str, t.Any]) -> User | None:
    users = context.cloud().users
    if "id" in given:
        return next((user for user in users.values() if user.id == given["id"]), None)
    return users.get(given.get("name", ""))


def _scoped(user: User, scope: t.Mapping[str, t.Any]) -> Project:
    wanted = scope.get("project") or {}
    for project in context.cloud().projects.values():
        named = wanted and wanted.get("name", project.name) == project.name
        if named and project.name in user.projects and wanted.get("id", project.id) == project.id:
            return project
    raise Refused(401, _REQUIRED)


def _project(project: Project) -> dict[str, t.Any]:
    return {"id": project.id, "name": project.name, "domain_id": "default", "enabled": True, "is_domain": False}


def _shown(token: Token, with_catalog: bool) -> dict[str, t.Any]:
    user, project = token.user, token.project
    shown: dict[str, t.Any] = {
        "methods": list(token.methods),
        "user": {"id": user.id, "name": user.name, "domain": _DOMAIN, "password_expires_at": None},
        "audit_ids": [token.id[-22:]],
        "expires_at": iso_micro(token.expires) + "Z",
        "issued_at": iso_micro(token.issued) + "Z",
    }
    if project:
        names = ["member", "reader", *(["admin"] if user.admin else [])]
        shown["project"] = {"id": project.id, "name": project.name, "domain": _DOMAIN}
        shown["is_domain"] = False
        shown["roles"] = [{"id": f"{name}-role", "name": name} for name in names]
        if with_catalog:
            shown["catalog"] = catalog_of(context.cloud(), project)
    return {"token": shown}
