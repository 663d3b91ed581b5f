"""The order in which plugins are loaded: what a plugin depends on comes before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from core.language import N_
from core.modules.manifest import Manifest
from core.modules.problem import Problem

Found = Mapping[str, Manifest]


def find_missing(found: Found, present: Collection[str]) -> dict[str, Problem]:
    """Return a problem for each plugin that needs one which is not even among the broken in `present`."""
    sentence = N_("It needs the module '%(missing)s', which is not there.")
    return {
        plugin: Problem(sentence, {"missing": "', '".join(absent)})
        for plugin, manifest in found.items()
        if (absent := [name for name in manifest.depends if name not in present])
    }


def find_cycles(found: Found) -> dict[str, Problem]:
    """Return a problem for each member of each circle of `depends` and `after`, naming the circle."""
    sentence = N_("Modules wait for each other in a circle: %(circle)s.")
    problems: dict[str, Problem] = {}
    rest = dict(found)
    while True:
        try:
            TopologicalSorter(_edges(rest)).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][::-1]
            for plugin in circle:
                problems[plugin] = Problem(sentence, {"circle": " → ".join(circle)})
                rest.pop(plugin, None)
        else:
            return problems


def find_blocked(found: Found, broken: Collection[str]) -> dict[str, str]:
    """Return, for each sound plugin that needs a broken one, near or far, the broken one's id."""
    blocked: dict[str, str] = {}
    sound = {plugin: manifest for plugin, manifest in found.items() if plugin not in broken}
    for plugin in arrange(sound):
        for name in sound[plugin].depends:
            culprit = name if name in broken else blocked.get(name)
            if culprit:
                blocked[plugin] = culprit
                break
    return blocked


def arrange(found: Found) -> tuple[str, ...]:
    """Return the ids by depth of dependency, then by id, so that the order never depends on the disk."""
    sorter = TopologicalSorter(_edges(found))
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(order)


def dependencies(found: Found, plugin: str) -> tuple[str, ...]:
    """Return the ids that `plugin` needs, near or far, each after what it needs itself."""
    needed: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        for below in sorted(found[name].depends):
            if below in found and below not in needed and below not in path:
                visit(below, (*path, below))
                needed[below] = None

    visit(plugin, (plugin,))
    return tuple(needed)


def dependants(found: Found, plugin: str) -> tuple[str, ...]:
    """Return the ids that need `plugin`, near or far."""
    return tuple(name for name in sorted(found) if plugin in dependencies(found, name))


def _edges(found: Found) -> dict[str, list[str]]:
    return {
        plugin: [name for name in (*manifest.depends, *manifest.after) if name in found]
        for plugin, manifest in found.items()
    }
