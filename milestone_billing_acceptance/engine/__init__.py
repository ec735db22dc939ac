"""Arithmetic and texts of acceptance: no Odoo, no input or output."""
