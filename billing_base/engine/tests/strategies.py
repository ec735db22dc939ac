"""What the property tests of billing share."""

import os

from hypothesis import settings

# PROPERTY_EXAMPLES=5000 looks longer, for whoever changes the arithmetic.
properties = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")), deadline=None)
