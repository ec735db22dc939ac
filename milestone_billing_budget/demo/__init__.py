from .story import load
