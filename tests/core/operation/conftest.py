"""The command line on an application of one's own, and the queue of the shared one."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from core.cli import main
from core.governorates.present import registry
from core.operation.jobs import jobs_of


@pytest.fixture
def diwan(app):
    """Call `diwan ...` in this process, on the tests' application."""

    def call(*words, **options):
        return CliRunner().invoke(main, [str(word) for word in words], obj=app, **options)

    return call


@pytest.fixture
def readdress(app):
    """Enter another database address for a governorate, as if its own had gone or was mistaken."""

    def change(code, url):
        with app.app_context():
            known = registry().get(code)
            registry().remove(code)
            registry().add(replace(known, url=url))

    return change


@pytest.fixture
def jobs(app):
    """The application's queue, empty, and `work()` that carries out what is in it."""
    jobs = jobs_of(app)
    jobs.queue.flush()

    def work():
        done = []
        while (task := jobs.queue.dequeue()) is not None:
            jobs.queue.execute(task)
            done.append((task.name, *task.args))
        return done

    jobs.work = work
    yield jobs
    jobs.queue.flush()
