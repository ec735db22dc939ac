from odoo import models


class SaleOrder(models.Model):
    """Mails about the billing of an order, each in the language of whom it is for."""

    _inherit = "sale.order"

    def _billing_tell(self, template_xmlid, attainment):
        """Post the mail template on the order for its followers and for the contacts its schedule names.

        Followers read it in the salesperson's language, since one message serves them all; contacts of another
        language get it in their own.
        """
        self.ensure_one()
        subtype = self.env["mail.message.subtype"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("milestone_billing.mt_order_billing")
        )
        extra = attainment.schedule_id.notify_partner_ids
        followers = self.message_follower_ids.filtered(lambda follower: subtype in follower.subtype_ids)
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not (followers or extra) or not template or not subtype.exists():
            return
        default = self.user_id.lang or self.env.lang
        others = extra.filtered(lambda partner: (partner.lang or default) != default)
        order = self._billing_author(attainment)
        if followers or extra - others:
            order.message_post(
                **self._billing_texts(template, attainment, default),
                subtype_id=subtype.id,
                partner_ids=(extra - others).ids,
                message_type="notification",
            )
        for lang, partners in others.grouped("lang").items():
            order.message_notify(
                **self._billing_texts(template, attainment, lang), partner_ids=partners.ids, force_email_lang=lang
            )

    def _billing_tell_customer(self, template_xmlid, attainment):
        """Tell the customer of the order, in his language; he finds it in the order's history on the portal too."""
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

    def _billing_texts(self, template, attainment, lang):
        """Return ``{"subject", "body"}`` of the template for ``attainment`` in the language ``lang``."""
        texts = template.with_context(lang=lang)
        return {
            "subject": texts._render_field("subject", attainment.ids)[attainment.id],
            "body": texts._render_field("body_html", attainment.ids)[attainment.id],
        }

    def _billing_author(self, attainment):
        """Return this order as whoever attained the milestone writes on it."""
        user = attainment.user_id if attainment.user_id.active else self.env.user
        return self.with_user(user).sudo()
