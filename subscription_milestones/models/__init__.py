from . import billing_attainment, billing_milestone, billing_run, sale_order_line
