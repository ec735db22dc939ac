from . import (
    test_answering,
    test_api,
    test_asking,
    test_beside_odoo,
    test_clock,
    test_forecast,
    test_kept_fields,
    test_on_record,
    test_portal,
    test_signed_page,
    test_tours,
)
