"""The kit's fixtures: a pytest plugin, for Diwan's own tests and those of modules elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.testing.postgres import find_postgres

if TYPE_CHECKING:
    from core.modules.dispatch import Module
    from core.testing.ground import Ground
    from core.testing.town import Town

BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def pytest_configure(config: pytest.Config) -> None:
    """Make the kit's mark known, also where marks are strict."""
    config.addinivalue_line("markers", "postgres: needs a PostgreSQL server (DIWAN_TEST_POSTGRES)")


def _present(backend: str) -> str:
    """`backend`, or the test is left out where there is no such server."""
    if backend == "postgres" and find_postgres() is None:
        pytest.skip("left out, needs postgres")
    return backend


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that touches data runs on both databases."""
    return _present(request.param)


@pytest.fixture(scope="session")
def plugin_path() -> tuple[Path, ...]:
    """Folders of modules beside the bundled ones, by default those of DIWAN_PLUGIN_PATH."""
    named = os.environ.get("DIWAN_PLUGIN_PATH", "").split(os.pathsep)
    return tuple(Path(folder).absolute() for folder in named if folder)


@pytest.fixture(scope="session")
def lay_ground(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, plugin_path: tuple[Path, ...]
) -> Iterator[Callable[[], Ground]]:
    """Make an application of its own, with the modules of `plugin_path` beside the bundled ones."""
    from core.app import create_app
    from core.testing.ground import Ground, test_settings

    made: list[Ground] = []

    def lay() -> Ground:
        folder = tmp_path_factory.mktemp("diwan")
        _remember_checks(folder, request.config)
        app = create_app(test_settings(folder, plugin_path=plugin_path))
        made.append(Ground(app, folder, find_postgres()))
        return made[-1]

    yield lay
    for ground in made:
        ground.close()


@pytest.fixture(scope="session")
def ground(lay_ground: Callable[[], Ground]) -> Ground:
    """One application for the whole run."""
    return lay_ground()


def _remember_checks(folder: Path, config: pytest.Config) -> None:
    """Let a run know which modules passed their check in an earlier one; a changed file is checked anew."""
    cache: Any = getattr(config, "cache", None)
    if cache is not None:
        (folder / "modules").symlink_to(cache.mkdir("diwan-modules"))


@pytest.fixture(scope="class", params=BACKENDS)
def town(request: pytest.FixtureRequest, ground: Ground, module: Module) -> Iterator[Town]:
    """A governorate for the class's module: a person for each role, and rows that only some of them see."""
    from core.testing.town import build

    with build(ground, _present(request.param), request.cls) as town:
        yield town
