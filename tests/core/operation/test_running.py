"""Server and worker as the real processes they are: together up, together down, and mail within seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from core.app import create_app
from core.config import read_settings
from core.data.scope import Scope
from core.governorates.present import engines, governorate_context, registry

DIWAN = (sys.executable, "-m", "core.cli")


@pytest.fixture
def home(tmp_path):
    """The environment of an installation with one governorate and no demo."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIWAN_")}
    environ |= {"DIWAN_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}
    made = subprocess.run(
        [*DIWAN, "governorate", "add", "EG-KN"], env=environ, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return environ


@pytest.fixture
def start(home):
    """Start `diwan ...` and read its output; whatever is left at the end is killed."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [*DIWAN, *words], env=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_until(process, word):
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"{word!r} was never said: {said}")


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def comes_true(question, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("signs", [signal.SIGINT, signal.SIGKILL])
def test_run_starts_both_and_takes_both_down_however_it_ends(start, signs):
    port = free_port()
    running = start("run", "--port", str(port))
    said = read_until(running, "/EG-KN/")
    assert f"http://127.0.0.1:{port}/EG-KN/" in said
    assert answers(port)
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(running.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(children) == 2
    running.send_signal(signs)
    running.wait(20)
    assert comes_true(lambda: not any(os.path.exists(f"/proc/{child}") for child in children))
    assert not answers(port)
    rest = running.stdout.read()
    assert "Traceback" not in rest
    assert "Fatal" not in rest


def test_a_port_that_is_taken_is_named(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in ("run", "serve"):
            refused = start(command, "--port", port)
            assert refused.wait(60) == 1
            said = refused.stdout.read()
            assert f"Error: port {port} is in use" in said
            assert (f"make run PORT={int(port) + 1}" in said) == (command == "run")


def test_the_worker_sends_what_another_process_has_queued_within_seconds(start, home, tmp_path):
    from core.messages.outbox import queue

    worker = start("worker")
    read_until(worker, "The worker is ready")
    app = create_app(
        read_settings({name: value for name, value in home.items() if name.startswith("DIWAN_")})
    )
    with governorate_context(app, "EG-KN", Scope.of_system(), write=True) as session:
        queue("mail", "someone@example.org", "Your complaint", "text", effect_key="told")
        session.commit()
    folder = tmp_path / "outbox/EG-KN"
    assert comes_true(lambda: folder.is_dir() and any(folder.glob("*.eml")), seconds=8)
    with app.app_context():
        engines().dispose()
        registry().engine.dispose()
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    assert "Traceback" not in worker.stdout.read()
