from . import portal, usage, usage_portal
