"""An order whose tasks say what finishing them bills."""

from odoo.tests import new_test_user

from .common import BillingCommon


class PreviewCommon(BillingCommon):
    """An order of two tasks and a deposit, and a project user without any other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(1000.0, 500.0)
        cls.schedule = cls._make_schedule(
            cls.order,
            {"name": "Deposit", "due_on": "manual", "percent": 20},
            {"name": "Line", "due_on": "task", "task_pattern": "line*", "percent": 80},
            invoice_policy="post",
        )
        cls.order.action_confirm()
        cls.deposit, cls.milestone = cls.schedule.milestone_ids
        cls.first, cls.second = cls.milestone.task_ids.sorted("id")
        cls.worker = new_test_user(
            cls.env,
            "preview_worker",
            "base.group_user,project.group_project_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
