from . import controllers, models, report, wizards
from .models.append_only import drop_triggers


def uninstall_hook(env):
    """Let the data go with the module."""
    drop_triggers(env)
