"""What subscriptions and their usage say of revenue contracts."""

from .subscriptions import Subscriptions
from .usage import PLACE as USED_PLACE
from .usage import USED, UsageEarned

__all__ = ["USED", "USED_PLACE", "Subscriptions", "UsageEarned"]
