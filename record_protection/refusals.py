"""What a sender reads whose value is not what it has to be: the reason, and what to send instead."""

from odoo.exceptions import UserError

from .reading import Unreadable


def explain(env, error):
    """Return the sentence for ``error`` (``reading.Unreadable``) in the language of ``env``."""
    return SENTENCES[error.expected](env, error.details)


SENTENCES = {
    "ref": lambda env, d: env._("An id or a name is expected, not %(value)s.", **d),
    "key": lambda env, d: env._(
        "A text of the sender's own, of at most %(most)s characters, is expected, not %(value)s.", **d
    ),
    "text": lambda env, d: env._("A text of at most %(most)s characters is expected, not %(value)s.", **d),
    "flag": lambda env, d: env._("true or false is expected, not %(value)s.", **d),
    "list": lambda env, d: env._("A list of at most %(most)s items is expected, not %(value)s. Send more calls.", **d),
    "number": lambda env, d: env._("A number is expected, not %(value)s.", **d),
    "smaller": lambda env, d: env._("A number below %(most)s is expected, not %(value)s.", **d),
    "whole": lambda env, d: env._("A whole number from %(least)s to at most %(most)s is expected, not %(value)s.", **d),
    "choice": lambda env, d: env._("One of %(choices)s is expected, not %(value)s.", **d),
    "day": lambda env, d: env._("An ISO date like 2026-01-31, as text, is expected, not %(value)s.", **d),
    "era": lambda env, d: env._("A date between %(first)s and %(last)s is expected, not %(value)s.", **d),
}


def read_argument(env, name, read, value, *limits):
    """Return an argument of a call as ``read`` reads it.

    :raises UserError: naming the argument, and what is expected of it
    """
    try:
        return read(value, *limits)
    except Unreadable as error:
        raise UserError(env._("%(name)s: %(reason)s", name=name, reason=explain(env, error))) from error
