"""What was measured, as the tables that the README shows."""

from bench.sampling import PARTS

COSTS, SHARES = [], []
COST_HEAD = ("what", "CPU ms", "of it database", "floor, CPU ms", "times the floor")
SHARE_HEAD = ("share of the program's own CPU", *(part for part, _words in PARTS), "else")


def tell(what, best, rows=1):
    """Note and print the CPU of each side per row, beside that of the side named `floor`."""
    floor = best["floor"].whole
    for name, cost in best.items():
        if name == "floor":
            continue
        named = what if name == "diwan" else f"{what}, as {name}"
        # SQLite works inside the program: its share is in the second table.
        spent = [f"{one / rows * 1000:.2f}" if one else "-" for one in (cost.whole, cost.database, floor)]
        COSTS.append((named, *spent, f"{cost.whole / floor:.1f}"))
        _print(COST_HEAD, COSTS[-1])


def tell_shares(what, found):
    """Note and print where the time of a program went; `found` is what `sampling` yields."""
    whole = found.total()
    SHARES.append((what, *(f"{found[part] * 100 / whole:.0f} %" for part in SHARE_HEAD[1:])))
    _print(SHARE_HEAD, SHARES[-1])


def _print(head, row):
    pairs = "; ".join(f"{word} {cell}" for word, cell in zip(head[1:], row[1:], strict=True))
    print(f"\n{row[0]}: {pairs}", flush=True)


def tables():
    """Lines of both tables in Markdown, without one where nothing was measured."""
    for head, rows in ((COST_HEAD, COSTS), (SHARE_HEAD, SHARES)):
        if rows:
            yield from ("", *map(_line, (head, ("---", *("--:" for _ in head[1:])), *rows)))


def _line(cells):
    return f"| {' | '.join(cells)} |"
