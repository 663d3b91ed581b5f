"""`diwan worker`: sends what is in the outboxes and runs the modules' periodic jobs."""

from __future__ import annotations

import logging

import click

from core.governorates.present import running_app
from core.operation.jobs import jobs_of
from core.operation.parent import follow_parent

THREADS = 4
"""Several, so that a governorate whose database or mail server hangs does not hold up the others."""


@click.command()
@click.option("--follow", is_flag=True, hidden=True, help="End when standard input does.")
def worker(follow: bool) -> None:
    """Drain outboxes and run periodic jobs until stopped. One worker is enough; more share the work."""
    if follow:
        follow_parent()
    logging.getLogger("huey").setLevel(logging.WARNING)
    jobs = jobs_of(running_app())
    jobs.tick()  # what lay waiting while no worker ran
    consumer = jobs.queue.create_consumer(
        workers=THREADS, initial_delay=0.1, backoff=1.15, max_delay=1.0, scheduler_interval=1
    )
    click.echo("The worker is ready")
    consumer.run()
