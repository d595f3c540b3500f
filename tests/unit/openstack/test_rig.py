# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rig of real clouds: what can be said of it without bringing it up."""

from __future__ import annotations

import configparser
import itertools
import os
import signal
import subprocess
import sys
import time
import typing as t

import pytest
import yaml

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.tests.openstack.rig.settings import Settings


@pytest.fixture
def settings() -> t.Any:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.openstack.rig import settings  # noqa: PLC0415

    return settings


def options(settings: t.Any, **given: t.Any) -> t.Any:
    return settings.Options(**{"port": 25000, **given})


def test_no_two_services_share_a_port(settings: t.Any) -> None:
    wanted = options(settings, clouds=12, cinder=True)
    ports = [site.port(service) for site in wanted.sites for service in site.services(cinder=True)]
    assert len(ports) == len(set(ports)) == 12 * 6 + 5
    assert min(ports) > settings.Settings(options=wanted).memcached_port
    assert max(ports) < 32768  # where the system takes ports for its own connections


def test_the_second_region_has_all_but_a_keystone(settings: t.Any) -> None:
    first, second = options(settings, clouds=1).sites
    assert (first.name, first.region, second.name, second.region) == ("alpha", "RegionOne", "alpha2", "RegionTwo")
    assert second.url("keystone") == first.url("keystone")
    assert set(first.services(cinder=False)) - set(second.services(cinder=False)) == {"keystone"}
    assert "keystone" not in second.databases(cinder=False)


def test_addresses_of_sites_do_not_overlap(settings: t.Any) -> None:
    import ipaddress  # noqa: PLC0415

    sites = options(settings, clouds=12).sites
    networks = [ipaddress.ip_network(one) for site in sites for one in (site.public_addresses, site.private_addresses)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(networks, 2))


@pytest.mark.parametrize("clouds", [0, 13])
def test_an_impossible_number_of_clouds_is_refused(settings: t.Any, clouds: int) -> None:
    with pytest.raises(settings.RigError, match="1 to 12 clouds"):
        options(settings, clouds=clouds)


def test_options_are_remembered(settings: t.Any, tmp_path: Path) -> None:
    wanted = settings.Settings(folder=tmp_path, options=options(settings, clouds=2, guests=True, port=26000))
    settings.remember(wanted)
    assert settings.remembered(tmp_path) == wanted


def test_what_runs_keeps_its_port_its_clouds_and_its_network(settings: t.Any) -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig.rig import refuse_change  # noqa: PLC0415

    before = options(settings, regions=False)
    for more in ({}, {"clouds": 4}, {"cinder": True}):
        refuse_change(before, options(settings, regions=False, **more))
    for wrong in ({"clouds": 2}, {"guests": True}, {"port": 26000}, {"regions": True}):
        with pytest.raises(settings.RigError, match="take them down first"):
            refuse_change(before, options(settings, **{"regions": False, **wrong}))


def test_settings_files_name_the_own_region_and_its_services(settings: t.Any, tmp_path: Path) -> None:
    rig = settings.Settings(folder=tmp_path, options=options(settings, clouds=1, cinder=True))
    second = rig.options.sites[1]
    files = written(rig, second)
    assert set(files) == {"placement.conf", "glance-api.conf", "neutron.conf", "nova.conf", "cinder.conf"}
    for name, section in (("nova.conf", "placement"), ("neutron.conf", "nova"), ("cinder.conf", "keystone_authtoken")):
        assert files[name][section]["auth_url"] == "http://127.0.0.1:25100/v3"
        assert files[name][section]["region_name"] == "RegionTwo"
    assert files["nova.conf"]["database"]["connection"].startswith("mysql+pymysql://root@localhost/alpha2_nova?")
    assert files["glance-api.conf"]["DEFAULT"]["worker_self_reference_url"] == second.url("glance")
    assert "resume_guests_state_on_host_boot" not in files["nova.conf"]["DEFAULT"]


def test_guests_come_back_by_the_settings_of_nova(settings: t.Any, tmp_path: Path) -> None:
    rig = settings.Settings(folder=tmp_path, options=options(settings, guests=True))
    nova = written(rig, rig.options.sites[0])["nova.conf"]["DEFAULT"]
    assert nova["resume_guests_state_on_host_boot"] == "true"


def test_keys_and_numbers_of_a_site_are_for_life(settings: t.Any, tmp_path: Path) -> None:
    rig = settings.Settings(folder=tmp_path, options=options(settings))
    kept = [rig.home(rig.options.sites[0]) / name for name in ("state/compute_id", "fernet/0", "credential/1")]
    written(rig, rig.options.sites[0])
    before = [path.read_text() for path in kept]
    written(rig, rig.options.sites[0])
    assert [path.read_text() for path in kept] == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)


def written(rig: Settings, site: t.Any) -> dict[str, t.Any]:
    """The settings files of a site, parsed; what OpenStack's packages bring along is empty here."""
    from ansible_collections.openmultistack.cloud.tests.openstack.rig.configuration import files  # noqa: PLC0415

    for brought in files._BROUGHT.values():
        for name in brought:
            path = rig.environment / "etc" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    files.write(rig, site)
    parsed = {}
    for path in (rig.home(site) / "etc").glob("*.conf"):
        parsed[path.name] = configparser.ConfigParser(interpolation=None)
        parsed[path.name].read(path)
    return parsed


def test_clients_are_told_of_both_regions(settings: t.Any, tmp_path: Path) -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig import accounts  # noqa: PLC0415

    rig = settings.Settings(folder=tmp_path, options=options(settings, clouds=2))
    accounts.write(rig)
    users, administrators = (yaml.safe_load(path.read_text())["clouds"] for path in rig.files)
    assert list(users) == ["alpha", "beta"]
    assert list(administrators) == ["alpha-admin", "beta-admin"]
    assert users["alpha"]["region_name"] == "RegionOne"
    assert users["beta"]["regions"] == ["RegionOne", "RegionTwo"]
    assert users["beta"]["auth"]["auth_url"] == "http://127.0.0.1:25200/v3"
    assert administrators["beta-admin"]["auth"]["username"] == "admin"


def test_knobs_are_read_as_they_were_turned(tmp_path: Path) -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig.drivers import knobs  # noqa: PLC0415

    assert knobs.read(tmp_path) == {}
    knobs.write(tmp_path, {"fail_names": ["bad-"]})
    assert knobs.named("bad-1", knobs.read(tmp_path)["fail_names"])
    assert not knobs.named(None, knobs.read(tmp_path)["fail_names"])


def test_a_guest_is_told_its_addresses_and_ways() -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig.drivers import nics  # noqa: PLC0415

    subnet = {"cidr": "10.10.0.0/20", "gateway": {"address": "10.10.0.1"}, "ips": [{"address": "10.10.0.7"}]}
    network = {"id": "aabbccddeeff-11", "meta": {"mtu": 1450}, "subnets": [subnet]}
    (nic,) = nics.of([{"id": "0123456789abcdef", "address": "fa:16:3e:00:00:01", "network": network}])
    assert nic.configuration() == [
        "link set eth0 up",
        "addr add 10.10.0.7/20 dev eth0",
        "route add default via 10.10.0.1 dev eth0 metric 100",
    ]
    assert nic.configuration(up=False) == ["addr add 10.10.0.7/20 dev eth0"]
    assert (nic.tap, nic.bridge, nic.bridge_mac) == ("tap0123456789a", "braabbccddeef", "02:aa:bb:cc:dd:ee")


def test_a_process_is_frozen_goes_on_and_ends(tmp_path: Path) -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig import processes  # noqa: PLC0415

    mine = processes.Processes(tmp_path / "pids")
    sleeper = processes.Program(
        name="sleeper",
        command=(sys.executable, "-c", "import time; time.sleep(60)"),
        log=tmp_path / "log",
        environment=dict(os.environ),
    )
    mine.start(sleeper)
    try:
        mine.signal("sleeper", signal.SIGSTOP)
        assert mine.names == ("sleeper",)
        deadline = time.monotonic() + 10
        while not mine.frozen("sleeper") and time.monotonic() < deadline:
            time.sleep(0.001)
        assert mine.frozen("sleeper")
    finally:
        assert mine.stop("sleeper")  # a frozen one too
    assert not mine.pid("sleeper")
    assert mine.names == ()


def test_a_number_that_is_used_again_is_not_ours(tmp_path: Path) -> None:
    from ansible_collections.openmultistack.cloud.tests.openstack.rig import processes  # noqa: PLC0415

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "nova").write_text(f"{other.pid} 1")
        mine = processes.Processes(tmp_path)
        assert not mine.pid("nova")
        assert not mine.stop("nova")
        assert other.poll() is None
        other.communicate(b"\n")
