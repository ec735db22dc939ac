from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..industries import INDUSTRIES

#: Where the external ids of what an industry made are kept: no module's, so that no update removes any of it.
NAMESPACE = "__billing_setup__"
#: Who sets up billing.
WHO = ("milestone_billing.group_billing_manager", "base.group_system")


class BillingIndustry(models.AbstractModel):
    """What an industry usually bills by: its plans, a rule, settings and samples, set in a company at once.

    What was made is known by its external id: setting an industry twice makes nothing twice, and leaves alone what
    people changed of it.
    """

    _name = "billing.industry"
    _description = "Billing of an Industry"

    # === API === #

    @api.model
    def set_up(self, industry, company=None, settings=True, samples=True, dry_run=False):
        """Set up billing as an industry usually does it, in one company.

        :param str industry: ``construction``, ``engineering``, ``software``, ``agency`` or ``equipment``
        :param int company: the id of a ``res.company``; None for the one the user works in
        :param bool settings: whether the company's settings of billing are set too, as of now
        :param bool samples: whether sample products, and the rule that plans what sells one of their category, are made
        :param bool dry_run: say what would be made, and leave nothing
        :return: ``{"industry", "company", "dry_run", "created": {model: [name]}, "kept": {model: [name]},
            "settings": {field: value}}``: what was made, what was there already, and what was set
        :raises AccessError: for anybody but billing managers and administrators who work in the company.
        :raises UserError: for an industry that is not known.
        """
        target = self.env["res.company"].browse(company) if company else self.env.company
        self._check_may_set_up(target)
        if industry not in INDUSTRIES:
            raise UserError(
                self.env._(
                    "There is no industry “%(name)s”. Known are: %(known)s.",
                    name=industry,
                    known=", ".join(INDUSTRIES),
                )
            )
        chosen, todo = INDUSTRIES[industry], {}
        records = self.with_company(target)._prepare(chosen, target, samples)
        report = {"created": {}, "kept": {}}
        for key, (model, values) in records.items():
            there, name = self._find_made(target, chosen, key), values["name"]
            report["kept" if there else "created"].setdefault(model, []).append(self.env._(name))
            if not there:
                todo[key] = (model, values)
        if not dry_run:
            self.with_company(target)._make(chosen, target, todo)
            if settings:
                target.sudo().write(dict(chosen.settings))
        return {
            "industry": industry,
            "company": target.id,
            "dry_run": bool(dry_run),
            **report,
            "settings": dict(chosen.settings) if settings else {},
        }

    @api.model
    def _check_may_set_up(self, company):
        """Check that the user sets up billing in a company.

        :raises AccessError: for anybody but billing managers and administrators who work in it.
        """
        user = self.env.user
        if not self.env.su and not (any(map(user.has_group, WHO)) and company in user.company_ids):
            raise AccessError(
                self.env._("Billing is set up by its managers, in the companies they work in: ask one of them.")
            )

    # === WHAT IS MADE === #

    def _external_id(self, company, industry, key):
        return f"{NAMESPACE}.{industry.key}_{key}_{company.id}"

    def _find_made(self, company, industry, key):
        """Return what was made of an industry under a key, with all rights; None for nothing."""
        return self.sudo().env.ref(self._external_id(company, industry, key), raise_if_not_found=False)

    def _prepare(self, industry, company, samples):
        """Return what an industry has, in the order in which it is made: ``{key: (model, values)}``.

        Names are still lazy; what another record is named by is its key, until ``_make`` knows it.
        """
        records = {"category": ("product.category", {"name": industry.category})}
        for sample in industry.samples:
            if sample.category:
                records[f"category_{sample.key}"] = ("product.category", {"name": sample.category, "sample": sample})
        for plan in industry.plans:
            values = {"name": plan.name, "note": plan.note, "company_id": company.id, "plan": plan, **plan.policies}
            records[f"plan_{plan.key}"] = ("billing.schedule.template", values)
        if not samples:
            return records
        for sample in industry.samples:
            values = {"name": sample.name, "list_price": sample.price, "company_id": company.id, "sample": sample}
            records[f"sample_{sample.key}"] = ("product.product", values)
        records["rule"] = ("billing.schedule.rule", {"name": industry.category, "company_id": company.id})
        return records

    def _make(self, industry, company, records):
        """Make these records (as of ``_prepare``) with all rights, in all languages; callers checked who asks."""
        makers = {
            "billing.schedule.template": self._make_plan,
            "product.category": self._make_category,
            "product.product": self._make_sample,
            "billing.schedule.rule": self._make_rule,
        }
        for key, (model, values) in records.items():
            record = makers[model](industry, company, values)
            self._translate(record, "name", values["name"])
            self.sudo().env["ir.model.data"]._update_xmlids(
                [{"xml_id": self._external_id(company, industry, key), "record": record, "noupdate": True}]
            )

    def _make_plan(self, industry, company, values):
        plan, english = values["plan"], self._english()
        own = {name: value for name, value in values.items() if name not in ("plan", "name", "note")}
        template = english["billing.schedule.template"].create(
            {
                **own,
                "name": english._(plan.name),
                "note": english._(plan.note),
                "milestone_ids": [
                    Command.create(self._prepare_step(industry, company, step, 10 * (index + 1)))
                    for index, step in enumerate(plan.steps)
                ],
            }
        )
        self._translate(template, "note", plan.note)
        rows = dict(zip((step.key for step in plan.steps), template.milestone_ids.sorted("sequence"), strict=True))
        for step in plan.steps:
            self._translate(rows[step.key], "name", step.name)
            if step.after:
                rows[step.key].offset_from_id = rows[step.after]
        return template

    def _prepare_step(self, industry, company, step, sequence):
        categories = self.sudo().env["product.category"]
        for key in step.lines:
            categories |= self._category_of(industry, company, key)
        return {
            "sequence": sequence,
            "name": self._english()._(step.name),
            "due_on": step.due_on,
            "amount_type": "balance" if step.percent is None else "percent",
            "percent": step.percent or 0.0,
            "offset_number": step.number,
            "offset_unit": step.unit,
            "category_ids": [Command.set(categories.ids)],
        }

    def _category_of(self, industry, company, key):
        """Return the category of a sample: its own one, else that of the industry."""
        own = self._find_made(company, industry, f"category_{key}")
        return own or self._find_made(company, industry, "category")

    def _make_category(self, industry, company, values):
        english = self._english()
        above = self._find_made(company, industry, "category") if "sample" in values else None
        name = values["name"]
        vals = {"name": english._(name), "parent_id": above.id if above else False}
        return english["product.category"].create(vals)

    def _make_sample(self, industry, company, values):
        sample, english = values["sample"], self._english()
        return english["product.product"].create(
            {
                "name": english._(sample.name),
                "type": "consu" if sample.goods else "service",
                "company_id": company.id,
                "categ_id": self._category_of(industry, company, sample.key).id,
                "list_price": sample.price,
                "invoice_policy": "delivery" if sample.goods else "order",
                "service_tracking": sample.tracking,
            }
        )

    def _make_rule(self, industry, company, values):
        return (
            self.sudo()
            .env["billing.schedule.rule"]
            .create(
                {
                    "name": self.env._(industry.category),
                    "company_id": company.id,
                    "template_id": self._find_made(company, industry, f"plan_{industry.plans[0].key}").id,
                    "category_ids": [Command.set(self._find_made(company, industry, "category").ids)],
                }
            )
        )

    # === LANGUAGES === #

    def _english(self):
        """Return an environment with all rights that writes the source of translated fields."""
        return self.sudo().with_context(lang="en_US").env

    def _translate(self, record, name, text):
        """Give a translated field of a record what a lazy text reads in each language that is installed."""
        if not record._fields[name].translate:
            return
        for code, _name in self.env["res.lang"].get_installed():
            words = self.with_context(lang=code).env._(text)
            if code != "en_US":
                record.with_context(lang=code)[name] = words
