"""Numbers that people are held to: plugins emit facts by one select each, and everything else is here.

A source's select has one row per record that counts. From that same select come the totals, the tables by
unit, class and month, and the list of records behind each number: they cannot differ. Column contract:
domain reference of evaluation and follow-up, 3.4.
"""
