"""Of usage kept aside, one event is one row, whatever it waits for."""

import json

from odoo.addons.subscription_billing.ingest.intake import digest_of
from odoo.tools.sql import table_exists


def migrate(cr, version):
    """Have open rows be told apart by what was sent; of several of one event, the latest says what it waits for."""
    if not table_exists(cr, "subscription_usage_aside"):
        # The version before had no usage.
        return
    cr.execute(
        "SELECT id, company_id, content::text FROM subscription_usage_aside WHERE state = 'open' ORDER BY id DESC"
    )
    digests, kept, left = [], set(), []
    for row, company, content in cr.fetchall():
        digest = digest_of(json.loads(content) if content else None)
        if (company, digest) in kept:
            left.append(row)
        else:
            kept.add((company, digest))
            digests.append((row, digest))
    cr.execute("UPDATE subscription_usage_aside SET state = 'dismissed' WHERE id = ANY(%s)", [left])
    cr.execute(
        """
        UPDATE subscription_usage_aside aside SET digest = said.digest
          FROM unnest(%s::int[], %s::text[]) AS said (id, digest) WHERE said.id = aside.id
        """,
        [[row for row, _digest in digests], [digest for _row, digest in digests]],
    )
