"""What subscriptions say of revenue contracts."""

from .subscriptions import Subscriptions

__all__ = ["Subscriptions"]
