"""How long properties are looked for: PROPERTY_EXAMPLES=5000 looks longer."""

import os

from hypothesis import HealthCheck, settings

properties = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
