"""Where a program's CPU time goes: its stack is looked at after every millisecond spent.

Python hears of the signal only when a call into C returns, so each look counts for all that was spent since the last.
"""

import signal
import time
from collections import Counter
from contextlib import contextmanager

EVERY = 0.001
PARTS = (
    ("database", ("psycopg/", "/sqlite3", "sqlalchemy/engine/default.py:do_execute", "sqlalchemy/engine/default.py:do_commit")),
    ("hooks", ("core/modules/dispatch.py", "/pluggy/")),
    ("visibility", ("core/data/visibility.py", "core/data/guard.py", "core/data/scope.py")),
    ("session and rights", ("core/gate.py", "core/people/", "/flask_login/", "/flask_security/", "/flask_principal", "flask/sessions.py")),
    ("audit", ("core/work/audit.py", "core/work/chain.py", "core/work/diff.py")),
    ("template", ("/jinja2/", "<template>", "admin/theme/", "/templates/")),
    ("form", ("/wtforms/", "/flask_wtf/", "admin/forms/", "plugins/complaints/forms.py")),
    ("SQLAlchemy", ("/sqlalchemy/",)),
    ("Diwan's views", ("/admin/", "/core/", "/plugins/")),
    ("Flask and Werkzeug", ("/flask/", "/werkzeug/", "/flask_babel/", "/babel/")),
)  # fmt: skip
"""Part -> words of file names. A look counts for the first part that any frame of its stack is in."""


@contextmanager
def sampling(parts=PARTS):
    """Yields a Counter of CPU seconds by part, filled while the block runs; for the main thread.

    What called the test client is no part of the program.
    """
    found, last = Counter(), time.process_time()

    def look(_signal, frame):
        nonlocal last
        places = []
        while frame is not None and "/werkzeug/test.py" not in frame.f_code.co_filename:
            places.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
            frame = frame.f_back
        spent = time.process_time()
        found[_part(places, parts)] += spent - last
        last = spent

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _part(places, parts):
    for name, words in parts:
        if any(word in place for place in places for word in words):
            return name
    return "else"
