"""The link that a citizen gets names a host of ours, never the one that a request claims."""

from dataclasses import replace

import pytest

from core.governorates.address import note_address
from core.governorates.present import bind, governorate_context, registry
from plugins.complaints.letters import tracking_address

FORGED = {"base_url": "https://thief.example"}


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"env": "production"}, "http://127.0.0.1:8000/EG-KN/complaints/track?number=2026/000001"),
        (
            {"env": "production", "base_url": "https://diwan.example"},
            "https://diwan.example/EG-KN/complaints/track?number=2026/000001",
        ),
        ({}, "https://thief.example/EG-KN/complaints/track?number=2026/000001"),
    ],
)
def test_a_forged_host_is_not_believed_in_production(ground, monkeypatch, settings, address):
    monkeypatch.setitem(ground.app.config, "DIWAN", replace(ground.app.config["DIWAN"], **settings))
    with (
        ground.governorate("EG-KN"),
        governorate_context(ground.app, "EG-KN"),
        ground.app.test_request_context("/", **FORGED),
    ):
        bind(registry().get("EG-KN"))
        assert tracking_address("2026/000001") == address


def test_outside_of_a_request_the_link_names_where_the_server_listens(ground, monkeypatch, tmp_path):
    settings = replace(ground.app.config["DIWAN"], data_dir=tmp_path)
    with ground.governorate("EG-KN"), governorate_context(ground.app, "EG-KN"):
        monkeypatch.setitem(ground.app.config, "DIWAN", settings)
        note_address("0.0.0.0", 8077)
        assert tracking_address("1") == "http://127.0.0.1:8077/EG-KN/complaints/track?number=1"
