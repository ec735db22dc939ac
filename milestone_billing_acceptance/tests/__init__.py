from . import (
    test_answering,
    test_asking,
    test_beside_odoo,
    test_clock,
    test_kept_fields,
    test_portal,
)
