from . import controllers, models, report, wizards
from .uninstall import uninstall_hook
