"""What a plugin depends on comes before it, and a circle names its members."""

from core.modules.manifest import Manifest
from core.modules.order import arrange, dependants, dependencies, find_blocked, find_cycles, find_missing

TEXT = {"ar": "عنوان", "en": "title"}


def make(*plugins):
    """Manifests from (id, depends) or (id, depends, after)."""
    return {
        name: Manifest(name, "1", ">=0", TEXT, TEXT, depends=tuple(depends), after=tuple(*after))
        for name, depends, *after in plugins
    }


def test_order_is_by_depth_then_id_whatever_the_disk_says():
    plugins = [("land", ["base"]), ("base", []), ("map", ["land"]), ("aid", [])]
    assert arrange(make(*plugins)) == arrange(make(*reversed(plugins))) == ("aid", "base", "land", "map")


def test_after_orders_only_those_that_are_there():
    assert arrange(make(("aid", [], ["base", "absent"]), ("base", []))) == ("base", "aid")


def test_each_circle_is_named_with_its_members_and_no_other():
    found = make(("one", ["two"]), ("two", ["one"]), ("red", ["blue"]), ("blue", ["red"]), ("fine", []))
    problems = find_cycles(found)
    assert set(problems) == {"one", "two", "red", "blue"}
    assert "red → blue → red" in str(problems["red"]) or "blue → red → blue" in str(problems["red"])


def test_a_soft_order_closes_a_circle_too():
    assert set(find_cycles(make(("one", ["two"]), ("two", [], ["one"])))) == {"one", "two"}


def test_what_needs_a_broken_one_is_blocked_near_and_far():
    found = make(("base", []), ("land", ["base"]), ("map", ["land"]), ("aid", []))
    assert find_blocked(found, {"base"}) == {"land": "base", "map": "base"}


def test_a_missing_dependency_is_named_but_a_broken_one_is_not_missing():
    found = make(("land", ["base", "nowhere"]))
    assert "'nowhere'" in str(find_missing(found, {"land", "base"})["land"])
    assert "'base'" not in str(find_missing(found, {"land", "base"})["land"])


def test_near_and_far_dependencies_come_in_order_and_a_circle_does_not_trap_the_question():
    found = make(("base", []), ("land", ["base"]), ("map", ["land"]), ("one", ["two"]), ("two", ["one"]))
    assert dependencies(found, "map") == ("base", "land")
    assert dependants(found, "base") == ("land", "map")
    assert dependencies(found, "one") == ("two",)
