"""Long selects: grouped by the branches of their tree, in the order in which it was written."""

from markupsafe import Markup

from admin.branches import SPACE, branches, drawn

MAP = [
    (1, "Qena", "/1/"),
    (2, "Qus", "/1/2/"),
    (10, "Hegaza", "/1/2/10/"),
    (12, "A hamlet", "/1/2/10/12/"),
    (3, "Qift", "/1/3/"),
    (11, "Barahma", "/1/3/11/"),
    (9, "Dishna", "/1/9/"),
]


def told(groups):
    return [(group.name, [words for _value, words in group.options]) for group in groups]


def test_a_map_is_grouped_by_markaz_with_each_markaz_first():
    assert told(branches(reversed(MAP))) == [
        (None, ["Qena", "Dishna"]),
        ("Qus", ["Qus", f"{SPACE}Hegaza", f"{SPACE * 2}A hamlet"]),
        ("Qift", ["Qift", f"{SPACE}Barahma"]),
    ]


def test_the_top_may_be_missing_and_a_group_keeps_its_name_without_its_head():
    assert told(branches(MAP[1:], without={2, 3})) == [
        (None, ["Dishna"]),
        ("Qus", [f"{SPACE}Hegaza", f"{SPACE * 2}A hamlet"]),
        ("Qift", [f"{SPACE}Barahma"]),
    ]


def test_trees_side_by_side_are_groups_themselves():
    subjects = [(1, "Utilities", "/1/"), (2, "Water", "/1/2/"), (3, "Roads", "/3/"), (4, "Holes", "/3/4/")]
    assert [name for name, _words in told(branches(subjects))] == ["Utilities", "Roads"]


def test_what_is_no_tree_keeps_its_order():
    assert told(branches([(2, "b", ""), (1, "a", "")])) == [(None, ["b", "a"])]


def test_options_are_escaped_and_the_chosen_one_is_marked():
    html = drawn(branches([(1, "<b>", "/1/"), (2, "x", "/1/2/"), (3, '"y"', "/1/2/3/")]), [3])
    assert isinstance(html, Markup)
    assert "<b>" not in html
    assert '<option value="3" selected>' in html
    assert html.count("selected") == 1
    assert '<optgroup label="x">' in html
