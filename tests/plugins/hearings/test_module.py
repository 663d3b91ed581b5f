"""What every module must pass, for hearings."""

from core.testing import PluginCase


class TestHearings(PluginCase):
    plugin = "hearings"
