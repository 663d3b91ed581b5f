"""Inherited tests of how a module comes into the world: alone, silently and cheaply, with its demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import func, select

from core.config import Settings
from core.data.labels import label
from core.governorates.present import present
from core.modules.discovery import ROOT
from core.modules.dispatch import Module
from core.people.demo import load_people
from core.testing.basis import Basis
from core.testing.ground import Ground
from core.testing.shape import models_of

FOREIGN_MODULES = 150
"""Python modules beyond the host's and its own that a module may bring into every worker at start."""


class Start(Basis):
    """Part of PluginCase."""

    @pytest.fixture(scope="class")
    @classmethod
    def boot(cls, ground: Ground, module: Module, tmp_path_factory: pytest.TempPathFactory) -> Any:
        """What a fresh process saw while it imported the module and started with it (core.testing.probe)."""
        folder = tmp_path_factory.mktemp("boot")
        settings: Settings = ground.app.config["DIWAN"]
        words = [cls.plugin, str(folder), *map(str, settings.plugin_path)]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-B", "-m", "core.testing.probe", *words],
            env=environ, timeout=120, capture_output=True, text=True,
        )  # fmt: skip
        answer = folder / "answer.json"
        assert answer.exists(), f"importing {cls.plugin} ends the process: {done.stderr}"
        return json.loads(answer.read_text("utf-8"))

    def test_importing_it_does_nothing(self, boot: Any) -> None:
        """No file written, nobody called, no thread, process or output: only names are made."""
        assert not boot["effects"], "importing it does this: " + "; ".join(boot["effects"])

    def test_starting_with_it_asks_no_database(self, boot: Any) -> None:
        """A process starts as fast as before: with the module no statement more than without."""
        assert boot["statements"] <= 0, f"{boot['statements']} statements more at every start"

    def test_starting_with_it_stays_cheap(self, boot: Any) -> None:
        """Every worker carries what is imported at start; a heavy library waits until it is used."""
        brought = boot["modules"]
        assert len(brought) <= FOREIGN_MODULES, (
            f"it brings {len(brought)} modules, such as {', '.join(brought[:5])}"
        )

    def test_its_demo_loads(self, module: Module, ground: Ground, backend: str) -> None:
        """Into a governorate with the demo's people, and there are records afterwards."""
        demo = getattr(module.code, "diwan_demo", None)
        if demo is None:
            return
        with ground.governorate("EG-KN", backend=backend, modules=self.modules(ground)) as code:
            with ground.session(code) as session:
                load_people(session, code)
                ground.app.extensions["diwan"].call_plugin(
                    self.plugin, "diwan_demo", session=session, governorate=present()
                )
                session.commit()
            with ground.session(code) as session:
                counts = {
                    label(one): session.scalar(select(func.count()).select_from(one))
                    for one in models_of(module)
                }
        assert not counts or any(counts.values()), "its demo writes nothing"
