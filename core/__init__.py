"""The host of Diwan: it knows no screen and no plugin."""

__version__ = "0.1.0"
