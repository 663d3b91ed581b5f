from core import hookimpl


@hookimpl
def diwan_tyles(scope):
    """The host knows `diwan_tiles`."""
