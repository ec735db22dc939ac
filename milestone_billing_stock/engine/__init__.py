"""What of goods is due and billed, by the quantities that were shipped. Plain Python: no Odoo, no input or output."""
