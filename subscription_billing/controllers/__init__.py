from . import portal, usage
