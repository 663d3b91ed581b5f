"""What every module must pass, for complaints."""

from core.testing import PluginCase


class TestComplaints(PluginCase):
    plugin = "complaints"
    opens = {"FOC": ("secret",), "HED": ("secret",)}  # who answers for the body that it was referred to
