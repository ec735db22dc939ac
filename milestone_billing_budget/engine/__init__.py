"""Arithmetic of budgets: no Odoo, no input or output; whole numbers and fractions, never floats.

`position`
    Where do hours and cost stand against the budget, and where will they end?
`alerts`
    Does spending run ahead of what is attained, and by how many steps?
`spread`
    How are the hours and the cost of an order line shared by the milestones that bill it?
"""
