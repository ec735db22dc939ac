from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

#: Sources by which a person attains, at a screen. All others are machines: systems, the clock, deliveries.
PEOPLE = ("manual", "task", "milestone", "confirmation", "acceptance")

#: Which turn each of those ``waiting`` has among what is of the same importance: a customer's, a sender's, a company's.
TURNS = SQL(
    """
    of_customers AS (
    SELECT *, row_number() OVER (
           PARTITION BY by_machine, company_id, sender_id, customer_id ORDER BY id) AS turn
      FROM waiting
    ),
    of_senders AS (
    SELECT id, by_machine, company_id, row_number() OVER (
           PARTITION BY by_machine, company_id, sender_id ORDER BY turn, id) AS turn
      FROM of_customers
    ),
    of_companies AS (
    SELECT id, by_machine, row_number() OVER (
           PARTITION BY by_machine, company_id ORDER BY turn, id) AS turn
      FROM of_senders
    )
    """
)


class BillingAttainment(models.Model):
    """Whose turn it is: what a person attains goes first, and nobody waits for somebody else's heap.

    1. What a person attained, before what a system or the clock did.
    2. One of each company in turn: nobody's import keeps another company waiting.
    3. Within a company, one of each sender in turn (the user who attained).
    4. Of a sender, one of each customer in turn.
    5. The oldest first.
    """

    _inherit = "billing.attainment"

    @api.model
    def _next_in_turn(self, limit, offset=0, waiting=None):
        """Return the attainments whose turn is next.

        :param int limit: how many
        :param int offset: how many before them to leave out
        :param SQL waiting: which ones; the pending ones when left out
        :return: ``billing.attainment``, in order
        """
        self.env.flush_all()
        query = SQL(
            """
              WITH waiting AS (
                   SELECT event.id, event.company_id, event.user_id AS sender_id,
                          customer.commercial_partner_id AS customer_id,
                          event.source NOT IN %(people)s OR event.user_id IS NOT DISTINCT FROM %(clock)s AS by_machine
                     FROM billing_attainment event
                LEFT JOIN res_partner customer ON customer.id = event.partner_id
                    WHERE %(waiting)s
                   ),
                   %(turns)s
            SELECT id
              FROM of_companies
          ORDER BY by_machine, turn, id
             LIMIT %(limit)s
            OFFSET %(offset)s
            """,
            turns=TURNS,
            people=PEOPLE,
            clock=SUPERUSER_ID,
            waiting=waiting or SQL("event.state = 'pending'"),
            limit=limit,
            offset=offset,
        )
        return self.sudo().browse(id_ for [id_] in self.env.execute_query(query))
