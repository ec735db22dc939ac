{
    "name": "Subscription Billing",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "What is due by time and by usage: periods, changing prices, metered usage, commitments, prepaid funds",
    "author": "Milestone Revenue contributors",
    "license": "LGPL-3",
    "depends": ["record_protection", "sale"],
}
