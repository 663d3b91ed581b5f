"""The command line on an application of one's own, and the queue of the shared one."""

import pytest
from click.testing import CliRunner

from core.cli import main
from core.operation.jobs import jobs_of


@pytest.fixture
def diwan(app):
    """Call `diwan ...` in this process, on the tests' application."""

    def call(*words, **options):
        return CliRunner().invoke(main, [str(word) for word in words], obj=app, **options)

    return call


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
