"""CPU time of several ways to do one thing, taken in turns, so that a busy machine slows all alike."""

import os
import time


def spent():
    """CPU seconds of this process and of its children that have ended."""
    used = os.times()
    return time.process_time() + used.children_user + used.children_system


def race(rounds=5, **sides):
    """The best of `rounds` for each side, in CPU seconds; sides are called with the number of the round."""
    best = dict.fromkeys(sides, float("inf"))
    for number in range(rounds):
        for name, run in sides.items():
            began = spent()
            run(number)
            best[name] = min(best[name], spent() - began)
    return best


def tell(title, best, rows=1):
    """Print one line: each side's CPU per row, and its ratio to the side named `floor`."""
    told = (
        f"{name} {took / rows * 1000:.2f} ms ({took / best['floor']:.1f}x)" for name, took in best.items()
    )
    print(f"\n{title}: {', '.join(told)}", flush=True)
