"""The set-based form of `transition`: many records, few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.data.base import db
from core.data.labels import model_by_label
from core.data.scope import Scope
from core.errors import NotFound, Refused
from core.work.execution import Order, carry_out
from core.work.transition import find_refusals, place_order

CHUNK = 1000
"""Records moved by one batch of statements."""


@dataclass
class Result:
    """Ids that were moved, and for the others the sentence why not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, Any] = field(default_factory=dict)


def transition_many(
    model: Any,
    ids: Collection[int],
    action: str,
    data: Mapping[str, Any] | None = None,
    *,
    scope: Scope | None = None,
) -> Result:
    """Move every record of `model` (class or label) with one of `ids` that can be moved; the caller commits.

    The same table, guards, hooks and audit as `transition`. A wrong role or unsound data raise as
    there; what concerns one record only goes into `Result.refused`. Records out of sight count
    as missing.
    """
    cls = model_by_label(model) if isinstance(model, str) else model
    order = place_order(db.session(), cls, action, data, scope)
    result = Result()
    for chunk in _chunks(sorted(set(ids))):
        found = _lock(order, cls, chunk)
        missing = NotFound(_("There is no such record."))
        refused: dict[int, Refused] = dict.fromkeys(set(chunk) - {r.id for r in found}, missing)
        refused |= find_refusals(order, found)
        done, late = _carry_out(order, [r for r in found if r.id not in refused])
        result.done += done
        result.refused |= {id_: refusal.sentence for id_, refusal in sorted((refused | late).items())}
    return result


def _lock(order: Order, cls: type[Any], ids: Sequence[int]) -> list[Any]:
    """In order of id, so that two bulk moves cannot wait for each other."""
    statement = select(cls).where(cls.id.in_(ids)).order_by(cls.id).with_for_update(of=cls)
    rows = order.session.scalars(statement, execution_options={"populate_existing": True})
    return list(rows.unique())


def _carry_out(order: Order, records: Sequence[Any]) -> tuple[list[int], dict[int, Refused]]:
    """All at once; one by one only where an effect refuses, to find out which."""
    ids, refused = [record.id for record in records], {}
    try:
        if records:
            carry_out(order, records)
    except Refused:
        for id_, record in zip(ids, records, strict=True):
            try:
                carry_out(order, [record])
            except Refused as refusal:
                refused[id_] = refusal
    return [id_ for id_ in ids if id_ not in refused], refused


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
