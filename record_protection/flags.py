"""Flags in a context that our own methods set, and no caller can send.

A context comes from whoever calls: over XML-RPC and JSON-2 with any keys and values. A flag that lets a method leave
out what it does otherwise is therefore a value that no such call can send: an object of this module. It passes through
``with_context``, ``sudo`` and Odoo's own methods as other values do, and is ignored when it comes from outside, where
it can only be text, a number, a list or a dictionary. In a context that is answered to a caller it becomes text.

Flags are set and asked on records::

    self._flagged("billing_plan_deferred").write(vals)
    if not self._is_flagged("billing_plan_deferred"):
        ...
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flag:
    """The value of a flag in a context: it has to be hashable, as all that a context holds."""

    value: object = True


def flagged(records, *names, **values):
    """Return ``records`` with flags in their context.

    :param records: any recordset, empty ones included
    :param str names: flags to set
    :param values: flags that say more than that they are set, such as ``billing_moving=(1, 2)``; hashable
    """
    flags = {name: Flag(value) for name, value in {**dict.fromkeys(names, True), **values}.items()}
    return records.with_context(**flags)


def flag_value(env, name):
    """Return the value of a flag, or ``None`` where it is not set or a caller sent it."""
    flag = env.context.get(name)
    return flag.value if isinstance(flag, Flag) else None
