from admin import RecordView
from core import Place, hookimpl


class LampView(RecordView):
    """A screen that may create and edit, and leaves open what."""

    model = Place


@hookimpl
def diwan_views():
    return [LampView]
