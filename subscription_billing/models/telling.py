"""The engine's sentences in the user's language: the engine knows no languages."""

from functools import partial

from odoo.tools.translate import get_translation

from ..engine.wording import tell

MODULE = "subscription_billing"


def teller(env):
    """Return a function that tells a sentence of the engine as the user of an environment reads it.

    :return: takes a text, returns a plain one; what was never marked stays as it is
    """
    lang = env.lang or "en_US"
    return partial(tell, translate=lambda source: get_translation(MODULE, lang, source, ()))
