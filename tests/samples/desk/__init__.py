"""A module with a workflow and numbered models, for the tests of record services."""

from core import hookimpl
from core.data.labels import label

from . import models, workflow

heard = []
"""What the module was told, for tests to look at."""


@hookimpl
def diwan_models():
    return [models.Petition, models.Letter]


@hookimpl
def diwan_workflows():
    return [workflow.PETITION]


@hookimpl
def diwan_check(record, action):
    if label(record) == "desk.petition" and record.title == "held":
        return "A module objects."
    if label(record) == "desk.petition" and record.title == "crash":
        raise RuntimeError("the check is broken")
    return None


@hookimpl
def diwan_moved(record, source, target):
    heard.append((record.id, source, target))
    if record.title == "deaf":
        record.title = "changed by a listener that fails"
        raise RuntimeError("the listener is broken")


@hookimpl
def diwan_message_sent(message):
    heard.append(("sent", message.effect_key))
