from markupsafe import Markup

from odoo import models


class SaleOrder(models.Model):
    """Mails about the billing of an order, each in the language of whom it is for."""

    _inherit = "sale.order"

    def _billing_notify(self, template_xmlids, attainment):
        """Post the mail templates, as one message, on the order for its followers and the contacts its schedule names.

        Followers read it in the salesperson's language, since one message serves them all; contacts of another
        language get it in their own.

        :return: whether the order has the message
        """
        self.ensure_one()
        subtype = self.env["mail.message.subtype"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("milestone_billing.mt_order_billing")
        )
        extra = attainment.schedule_id.notify_partner_ids
        followers = self.message_follower_ids.filtered(lambda follower: subtype in follower.subtype_ids)
        templates = [self.env.ref(xmlid, raise_if_not_found=False) for xmlid in template_xmlids]
        templates = self.env["mail.template"].union(*filter(None, templates))
        if not (followers or extra) or not templates or not subtype.exists():
            return False
        default = self._billing_for_history().env.lang
        others = extra.filtered(lambda partner: (partner.lang or default) != default)
        order, is_posted = self._billing_author(attainment), bool(followers or extra - others)
        if is_posted:
            order.message_post(
                **self._billing_texts(templates, attainment, default),
                subtype_id=subtype.id,
                partner_ids=(extra - others).ids,
                message_type="notification",
            )
        for lang, partners in others.grouped("lang").items():
            order.message_notify(
                **self._billing_texts(templates, attainment, lang), partner_ids=partners.ids, force_email_lang=lang
            )
        return is_posted

    def _billing_notify_customer(self, template_xmlid, attainment):
        """Write to the customer of the order, in his language; he finds it in the order's history on the portal too."""
        self.ensure_one()
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not template or not self.partner_id.email:
            return
        lang = self.partner_id.lang or self.env.lang
        self._billing_author(attainment).message_post(
            **self._billing_texts(template, attainment, lang),
            partner_ids=self.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
            message_type="comment",
            email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
            force_email_lang=lang,
        )

    def _billing_texts(self, templates, attainment, lang):
        """Return ``{"subject", "body"}`` of the templates for ``attainment`` in the language ``lang``.

        The last template gives the subject; the down payments deducted from the invoice follow its body.
        """
        bodies = []
        for texts in templates.with_context(lang=lang):
            subject = texts._render_field("subject", attainment.ids)[attainment.id]
            bodies.append(texts._render_field("body_html", attainment.ids)[attainment.id])
        if len(templates) > 1 and attainment.move_id:
            deducted = attainment.milestone_id.with_context(lang=lang)._describe_deducted(attainment.move_id)
            bodies += [Markup("<p>%s</p>") % deducted] if deducted else []
        return {"subject": subject, "body": Markup("").join(bodies)}

    def _billing_readers(self):
        # OVERRIDE: whoever is responsible for billing comes after the salesperson.
        seller, *others = super()._billing_readers()
        return [seller, self.company_id.billing_manager_id, *others]

    def _billing_author(self, attainment):
        """Return this order as whoever attained the milestone writes on it."""
        user = attainment.user_id if attainment.user_id.active else self.env.user
        return self.with_user(user).sudo()


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _for_history(self):
        """Return (order, milestones) of these, by order, as its history is written: in its language."""
        pairs = ((order._billing_for_history(), rows) for order, rows in self.grouped("order_id").items())
        return [(order, rows.with_context(lang=order.env.lang)) for order, rows in pairs]
