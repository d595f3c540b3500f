# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import ipaddress
import ssl
import typing as t
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import session, transport
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Loopback,
    Says,
    accounts_of,
    entry,
)

LIMITS = "GET /v2.1/limits"
TOKENS = "POST /v3/auth/tokens"


def fault_of(line: Line, patience: float = 5.0) -> Fault:
    with pytest.raises(CallError) as caught:
        line.wire.get("/limits", line.until(patience))
    assert caught.value.fate in (Fate.NOT_SENT, Fate.LOST)
    assert "sEcReT" not in caught.value.fault.message
    return caught.value.fault


def test_the_agent_is_of_this_version() -> None:
    galaxy = yaml.safe_load((Path(__file__).parents[5] / "galaxy.yml").read_text(encoding="utf-8"))
    assert f"{galaxy['namespace']}.{galaxy['name']}/{galaxy['version']}" == transport.AGENT


def test_a_v3_address_is_asked_for_a_token_and_nothing_else(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}))
    line.wire.get("/limits", line.until())
    assert (service.asked[0].method, service.asked[0].path) == ("POST", "/v3/auth/tokens")
    assert service.asked[0].body["auth"]["identity"]["methods"] == ["password"]
    assert len(service.asked) == 2


def test_an_address_without_a_version_costs_one_request_more(service: Loopback, tmp_path: Path) -> None:
    cloud = entry(service.url)
    cloud["auth"]["auth_url"] = service.url
    version = {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{service.url}/v3"}]}
    service.says("GET /", Says({"versions": {"values": [version]}}, 300))
    service.says(LIMITS, Says({}))
    line = Line(accounts_of(tmp_path, {"alpha": cloud}))
    line.wire.get("/limits", line.until())
    assert len(service.asked) == 3


def test_an_application_credential_is_used(service: Loopback, tmp_path: Path) -> None:
    secret = {"application_credential_id": "a", "application_credential_secret": "sEcReT"}
    cloud = {"auth_type": "v3applicationcredential", "auth": {"auth_url": f"{service.url}/v3", **secret}}
    service.says(LIMITS, Says({}))
    line = Line(accounts_of(tmp_path, {"alpha": cloud}))
    line.wire.get("/limits", line.until())
    assert service.asked[0].body["auth"]["identity"]["methods"] == ["application_credential"]
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({}, "{url}/v2.1"),
        ({"compute_endpoint_override": "{url}/nova/v2.1/%(project_id)s/"}, "{url}/nova/v2.1/p1"),
        ({"compute_endpoint_override": "{url}/compute"}, "{url}/compute/v2.1"),
        ({"compute_endpoint_override": "{url}/v2/$(tenant_id)s"}, "{url}/v2/p1"),
    ],
)
def test_addresses_come_from_the_catalog_or_the_user(
    service: Loopback, tmp_path: Path, more: dict[str, str], address: str
) -> None:
    given = {key: value.replace("{url}", service.url) for key, value in more.items()}
    line = Line(accounts_of(tmp_path, {"alpha": entry(service.url, **given)}))
    opened = line.wire.ready(line.until())
    assert opened.address("compute") == address.replace("{url}", service.url)
    assert (opened.project_id, opened.user) == ("p1", "demo")


def test_services_without_a_version_in_their_address_get_one(line: Line, service: Loopback) -> None:
    opened = line.wire.ready(line.until())
    assert opened.address("image") == f"{service.url}/v2"
    assert opened.address("network") == f"{service.url}/v2.0"
    assert opened.address(session.ROOT) == f"{service.url}/v2.1"


@pytest.mark.parametrize("address", ["http://x/v2.1", "http://x/v2.1/p1", "http://x/nova/v2.1/p1"])
def test_versions_are_asked_for_at_the_root_of_an_address(address: str) -> None:
    assert session._root(address).endswith("/v2.1")


def test_a_region_that_is_not_there_is_named_with_those_that_are(service: Loopback, tmp_path: Path) -> None:
    service.catalog_region = "east,west"
    fault = fault_of(Line(accounts_of(tmp_path, {"alpha": entry(service.url, region_name="Mars")})))
    assert fault.kind is Kind.MISCONFIGURED
    assert fault.message.startswith('Keystone\'s catalog has no compute service in region "Mars"; ')
    assert fault.message.endswith("; it has the regions east, west")


def test_a_cloud_without_a_region_takes_what_the_catalog_has(service: Loopback, tmp_path: Path) -> None:
    cloud = entry(service.url)
    del cloud["region_name"]
    line = Line(accounts_of(tmp_path, {"alpha": cloud}))
    assert line.wire.ready(line.until()).address("compute") == f"{service.url}/v2.1"


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (
            Says({"error": {"message": "Nope."}}, 401),
            Kind.UNAUTHORIZED,
            "Keystone refuses the credentials (Nope.)",
        ),
        (
            Says({"error": {"message": "No domain."}}, 400),
            Kind.MISCONFIGURED,
            "Keystone cannot use the account (No domain.)",
        ),
        (Says(b"<html>nothing</html>", 404), Kind.MISCONFIGURED, "there is no Keystone at 127.0.0.1:"),
        (Says(b"<html>hello</html>", 200), Kind.BROKEN_ANSWER, "does not answer as Keystone does"),
        (Says({"error": {"message": "later"}}, 500), Kind.SERVER_ERROR, "later"),
        (Says({"error": {"message": "slowly"}}, 429), Kind.RATE_LIMIT, "slowly"),
        (Says(how="reset"), Kind.UNREACHABLE, "cannot be reached: connection reset by peer"),
        (Says({"token": {}}, 201, how="cut"), Kind.BROKEN_ANSWER, "broke off"),
    ],
)
def test_why_there_is_no_token_is_told(line: Line, service: Loopback, answer: Says, kind: Kind, text: str) -> None:
    service.says(TOKENS, answer)
    fault = fault_of(line)
    assert fault.kind is kind
    assert text in fault.message


def test_refused_credentials_are_tried_once(line: Line, service: Loopback) -> None:
    service.says(TOKENS, Says(status=401))
    with pytest.raises(CallError):
        line.wire.ready(line.until())
    assert len(service.asked) == 1


@pytest.mark.parametrize("key", ["cacert", "cert"])
def test_a_certificate_that_is_not_there_is_named(service: Loopback, tmp_path: Path, key: str) -> None:
    fault = fault_of(Line(accounts_of(tmp_path, {"alpha": entry(service.url, **{key: "/no/such.pem"})})))
    assert fault.kind is Kind.MISCONFIGURED
    assert "there is no file /no/such.pem" in fault.message


@pytest.mark.parametrize("more", [{"auth_type": "v3nonsense"}, {"auth_type": "v3applicationcredential"}])
def test_an_account_that_makes_no_sense_is_told_so(service: Loopback, tmp_path: Path, more: dict[str, str]) -> None:
    fault = fault_of(Line(accounts_of(tmp_path, {"alpha": entry(service.url, **more)})))
    assert fault.kind is Kind.MISCONFIGURED
    assert fault.message.startswith("the account cannot be used: ")


def test_a_host_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    line = Line(accounts_of(tmp_path, {"alpha": entry("http://127.0.0.1:1")}))
    fault = fault_of(line)
    assert (fault.kind, fault.message) == (Kind.UNREACHABLE, "127.0.0.1:1 cannot be reached: connection refused")
    assert line.meter.totals() == {"alpha:here": 3}


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    authority = certificate(tmp_path)
    service = secure(authority)
    try:
        fault = fault_of(Line(accounts_of(tmp_path, {"alpha": entry(service.url)})))
        assert fault.kind is Kind.UNTRUSTED
        assert "is not trusted: self-signed certificate" in fault.message
        assert service.asked == []
    finally:
        service.close()


@pytest.mark.parametrize("more", [{"cacert": "{authority}"}, {"verify": False}])
def test_whom_the_user_trusts_is_trusted_with_one_context_for_all(tmp_path: Path, more: dict[str, t.Any]) -> None:
    authority = certificate(tmp_path)
    given = {key: str(authority) if value == "{authority}" else value for key, value in more.items()}
    service = secure(authority)
    service.catalog_region = "one,two"
    service.says(LIMITS, Says({}))
    try:
        both = {**entry(service.url, **given), "regions": ["one", "two"]}
        line = Line(accounts_of(tmp_path, {"alpha": both, "beta": entry(service.url, region_name="two", **given)}))
        for wire in line.wires:
            wire.get("/limits", line.until())
        assert len(line.sessions._transports) == 1
    finally:
        service.close()


def test_a_proxy_of_the_environment_is_used(service: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", service.url)
    monkeypatch.setenv("no_proxy", "")
    cloud = entry("http://cloud.invalid", compute_endpoint_override="http://cloud.invalid/v2.1")
    service.says("POST http://cloud.invalid/v3/auth/tokens", service._token())
    service.says("GET http://cloud.invalid/v2.1/limits", Says({"limits": 1}))
    line = Line(accounts_of(tmp_path, {"alpha": cloud}))
    assert line.wire.get("/limits", line.until()).content == {"limits": 1}


def test_plain_http_where_tls_is_expected_is_told(service: Loopback, tmp_path: Path) -> None:
    fault = fault_of(Line(accounts_of(tmp_path, {"alpha": entry(service.url.replace("http:", "https:"))})), patience=1)
    assert fault.kind in (Kind.UNREACHABLE, Kind.TIMED_OUT)


def certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = folder / "loopback.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def secure(authority: Path) -> Loopback:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    return Loopback(context)
