"""Two server processes: what is enabled in one place, both obey at their next request."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from urllib.parse import urlsplit

import pytest

DIWAN = [sys.executable, "-m", "core.cli"]


@pytest.fixture
def environ(workshop, broken_plugins, tmp_path):
    """The settings of the workshop, but only the sound plugin, for processes of their own."""
    (tmp_path / "lumen").symlink_to(broken_plugins / "lumen")
    settings = workshop.app.config["DIWAN"]
    ours = {
        "DIWAN_DATA_DIR": str(settings.data_dir),
        "DIWAN_REGISTRY_URL": settings.registry_url,
        "DIWAN_SECRET_KEY": settings.secret_key,
        "DIWAN_ENV": "test",
        "DIWAN_PLUGIN_PATH": str(tmp_path),
    }
    return {key: value for key, value in os.environ.items() if not key.startswith("DIWAN_")} | ours


@pytest.fixture
def servers(environ):
    """Two addresses, each answered by a process of its own."""
    ports = [free_port(), free_port()]
    processes = [subprocess.Popen([*DIWAN, "serve", "--port", str(port)], env=environ) for port in ports]
    try:
        for port, process in zip(ports, processes, strict=True):
            wait_for(port, process)
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not come up")


def fetch(url):
    """Status and body; loopback only."""
    assert urlsplit(url).hostname == "127.0.0.1"
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def begin(environ, step, plugin, code):
    command = [*DIWAN, "module", step, plugin, "--governorate", code]
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)


def take(environ, *words):
    """One step in a module's life, taken on the command line."""
    process = begin(environ, *words)
    _output, error = process.communicate(timeout=60)
    assert process.returncode == 0, error


def test_both_servers_obey_at_the_next_request(servers, environ, place):
    addresses = [f"{server}/{place}/lumen/" for server in servers]

    def both():
        return [fetch(address) for address in addresses]

    closed, opened = (404, None), (200, {"lumen": 1})
    assert both() == [closed, closed]
    take(environ, "install", "lumen", place)
    assert both() == [closed, closed]
    take(environ, "enable", "lumen", place)
    assert both() == [opened, opened]
    take(environ, "disable", "lumen", place)
    assert both() == [closed, closed]
    take(environ, "enable", "lumen", place)
    assert both() == [opened, opened]


def test_another_governorate_of_the_same_servers_stays_as_it_is(workshop, servers, environ, place, backend):
    with workshop.governorate("EG-SHR", backend=backend) as other:
        for name in ("install", "enable"):
            take(environ, name, "lumen", place)
        for server in servers:
            assert fetch(f"{server}/{place}/lumen/")[0] == 200
            assert fetch(f"{server}/{other}/lumen/")[0] == 404


def test_two_processes_that_install_at_once_do_it_once(environ, place, workshop, lumen):
    from sqlalchemy import func, select

    processes = [begin(environ, "install", "lumen", place) for _ in range(3)]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    with workshop.session(place) as session:
        assert session.scalar(select(func.count(lumen.Lamp.id))) == 1


def test_a_module_brings_a_command(environ):
    done = subprocess.run([*DIWAN, "lumen"], env=environ, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("the lamps are on\n", 0), done.stderr
