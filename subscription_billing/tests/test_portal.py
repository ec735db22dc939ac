import re

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestPortal(SubscriptionCommon, HttpCase):
    """A customer sees his subscriptions, and changes what the plan allows; nobody reaches those of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._portal_user("sub_customer")
        cls.portal.partner_id.parent_id = cls.customer
        cls.stranger = cls._portal_user("sub_stranger")
        cls.monthly.write({"portal_quantity": True, "portal_least": 2.0, "portal_most": 20.0, "portal_cancel": True})

    @classmethod
    def _portal_user(cls, login):
        companies = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        return new_test_user(cls.env, login, "base.group_portal", **companies)

    def _running(self, **line):
        self._on("2026-04-01")
        charge = self._charge(self._subscribe(30.0, name="Seats", product_uom_qty=4.0, **line))
        self._bill("2026-04-01").action_post()
        self._on("2026-04-16")
        return charge

    def _open(self, path="", login="sub_customer"):
        self.authenticate(login, login)
        page = self.url_open(f"/my/subscriptions{path}")
        return page.url, re.sub(r"\s+", " ", page.text.replace("\xa0", " ").replace("\ufeff", ""))

    def _post(self, path, login="sub_customer", token=True, **data):
        self.authenticate(login, login)
        if token:
            data["csrf_token"] = Request.csrf_token(self)
        page = self.url_open(f"/my/subscriptions{path}", data=data)
        return page.status_code, re.sub(r"\s+", " ", page.text)

    def test_he_sees_what_runs_and_what_comes(self):
        charge = self._running()
        _url, listed = self._open()
        self.assertIn("Seats", listed)
        self.assertIn("4 × $ 30.00 every month", listed)
        self.assertIn("05/01/2026", listed)
        _url, page = self._open(f"/{charge.id}")
        self.assertIn(charge.invoice_line_ids.move_id.name, page)
        self.assertIn("120.00", page)
        self.assertEqual(page.count("o_subscription_coming"), 3)
        self.make_jsonrpc_request("/my/counters", {"counters": ["subscription_count"]})

    def test_seats_that_he_changes_are_not_taken_back_by_what_was_agreed_before(self):
        charge = self._running()
        charge.change("2026-06-01", quantity=12.0)
        _url, page = self._open(f"/{charge.id}?quantity=20")
        self.assertIn("Instead of what was agreed for later: <span", page)
        self.assertIn("06/01/2026: Quantity: 12", page)
        self._post(f"/{charge.id}/quantity", quantity="20")
        self._bill("2026-06-01")
        self.assertEqual(charge.quantity, 20.0)
        self.assertEqual(self._billed(charge.order_id)["2026-06-01"], 600.0)

    def test_seats_are_changed_after_he_saw_what_that_costs(self):
        charge = self._running()
        _url, page = self._open(f"/{charge.id}?quantity=6")
        preview = page[page.index("o_subscription_preview") :]
        self.assertIn("30.00", preview, "half a month of two seats")
        self.assertIn("180.00", preview)
        self.assertEqual(charge.quantity, 4.0, "looking changes nothing")
        status, page = self._post(f"/{charge.id}/quantity", quantity="6")
        self.assertEqual(status, 200)
        self.assertIn("Your change holds from today on", page)
        self.assertEqual((charge.quantity, charge.line_id.product_uom_qty), (6.0, 6.0))
        version = charge.version_ids.sorted("id")[-1]
        self.assertEqual(
            (version.note, version.user_id), ("By sub_customer (base.group_portal) in the portal", self.portal)
        )
        message = charge.order_id.message_ids.filtered(lambda message: "4 → 6" in (message.body or ""))
        self.assertEqual(message.author_id, self.portal.partner_id)
        versions = len(charge.version_ids)
        self._post(f"/{charge.id}/quantity", quantity="6")
        self.assertEqual(len(charge.version_ids), versions, "sent twice, done once")
        self.assertEqual(sum(self._bill("2026-04-16").mapped("amount_untaxed")), 30.0)

    def test_what_the_plan_does_not_allow_is_refused(self):
        charge = self._running()
        for quantity in ("1", "21", "-3", "0", "nan", "inf", "1e99", "many", "", "4;5"):
            _status, page = self._post(f"/{charge.id}/quantity", quantity=quantity)
            self.assertIn("Enter a quantity from 2 to 20", page, quantity)
        self.monthly.write({"portal_quantity": False, "portal_cancel": False})
        _status, page = self._post(f"/{charge.id}/quantity", quantity="6")
        self.assertIn("Ask us", page)
        _status, page = self._post(f"/{charge.id}/cancel")
        self.assertIn("Ask us", page)
        _url, page = self._open(f"/{charge.id}?quantity=6")
        for hidden in ("o_subscription_preview", "/quantity", "/cancel"):
            self.assertNotIn(hidden, page)
        self.assertEqual((charge.quantity, charge.last_day), (4.0, False))

    def test_thousands_are_read_as_they_are_written_in_his_language(self):
        charge = self._running()
        self.monthly.portal_most = 0.0
        written = {
            "en_US": (("1,200", "1200"), "1,234.5", ("1.200,5", "1,5", "1 200", "12,00")),
            "de_DE": (("1.200", "1200"), "1.234,5", ("1,200.5", "1.5", "1 200", "12.00")),
            "fr_FR": (("1 200", "1\u202f200", "1\xa0200", "1200"), "1 234,5", ("1,200.5", "1.5", "1.200", "12 00")),
        }
        for lang, (thousands, decimal, refused) in written.items():
            self.env["res.lang"]._activate_lang(lang)
            self.portal.lang = lang
            shown = charge.with_context(lang=lang)
            for text in thousands:
                with self.subTest(lang=lang, text=text):
                    charge.change("now", quantity=4.0)
                    _url, page = self._open(f"/{charge.id}?quantity={text}")
                    [wanted] = re.findall(r'o_subscription_wanted">([^<]*)<', page)
                    self.assertEqual(wanted, shown._tell_number(1200.0, shown.env).replace("\xa0", " "))
                    self.assertEqual(re.findall(r'name="quantity"[^>]* value="([^"]*)"', page), ["1200", "1200"])
                    self._post(f"/{charge.id}/quantity", quantity=text)
                    self.assertEqual(charge.quantity, 1200.0)
                    # What is shown is sent as it is, and changes nothing.
                    versions = len(charge.version_ids)
                    _url, page = self._open(f"/{charge.id}")
                    [sent] = re.findall(r'name="quantity"[^>]* value="([^"]*)"', page)
                    self._post(f"/{charge.id}/quantity", quantity=sent)
                    self.assertEqual((charge.quantity, len(charge.version_ids)), (1200.0, versions))
            self._post(f"/{charge.id}/quantity", quantity=decimal)
            self.assertEqual(charge.quantity, 1234.5)
            for text in refused:
                with self.subTest(lang=lang, refused=text):
                    self._post(f"/{charge.id}/quantity", quantity=text)
                    self.assertEqual(charge.quantity, 1234.5)
                    with self.assertRaisesRegex(UserError, re.escape(f'"{text}"')):
                        shown._portal_read_quantity(text)

    def test_he_cancels_to_the_end_of_the_period(self):
        charge = self._running()
        _url, page = self._open(f"/{charge.id}")
        self.assertIn("04/30/2026", page[page.index("o_subscription_last") :][:200])
        _status, page = self._post(f"/{charge.id}/cancel")
        self.assertIn("is cancelled", page)
        self.assertEqual((str(charge.last_day), charge.stage), ("2026-04-30", "ending"))
        message = charge.order_id.message_ids.filtered(
            lambda message: "cancelled in the portal" in (message.body or "")
        )
        self.assertEqual(message.author_id, self.portal.partner_id)
        self._post(f"/{charge.id}/cancel")
        self.assertEqual(len(charge.version_ids), 2, "sent twice, done once")
        self.assertFalse(self._bill("2026-05-01"))

    def test_what_has_not_begun_is_cancelled_altogether(self):
        self._on("2026-04-01")
        charge = self._charge(self._subscribe(30.0, start="2026-05-01"))
        self._post(f"/{charge.id}/cancel")
        self.assertEqual((str(charge.last_day), charge.stage), ("2026-04-30", "ended"))

    @mute_logger("odoo.http")
    def test_nobody_reaches_those_of_others(self):
        charge = self._running()
        url, _page = self._open(f"/{charge.id}", "sub_stranger")
        self.assertTrue(url.endswith("/my/subscriptions"))
        _url, page = self._open("", "sub_stranger")
        self.assertNotIn("Seats", page)
        self._post(f"/{charge.id}/quantity", "sub_stranger", quantity="9")
        self._post(f"/{charge.id}/cancel", "sub_stranger")
        status, _page = self._post(f"/{charge.id}/cancel", token=False, sent="1")
        self.assertEqual(status, 400, "a form of another site")
        page = self.url_open(f"/my/subscriptions/{charge.id}/cancel", allow_redirects=False)
        self.assertIn(page.status_code, (404, 405), "a link does nothing")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(f"/my/subscriptions/{charge.id}").url)
        self.assertEqual((charge.quantity, charge.last_day), (4.0, False))
        for user in (self.portal, self.stranger):
            own = charge.with_user(user)
            for method, arguments in (
                ("read", [["quantity"]]),
                ("change", ["2026-04-16", None, 9.0]),
                ("cancel", ["2026-04-16"]),
                ("get_status", []),
                ("preview", []),
                ("get_timeline", []),
                ("get_dashboard", []),
            ):
                with self.assertRaises(AccessError):
                    getattr(own, method)(*arguments)

    def test_a_cancelled_order_is_not_shown(self):
        charge = self._running()
        charge.order_id._action_cancel()
        _url, page = self._open()
        self.assertNotIn("Seats", page)
        _status, _page = self._post(f"/{charge.id}/quantity", quantity="6")
        self.assertEqual(charge.quantity, 4.0)

    def test_on_a_phone(self):
        self.browser_size = "375x667"
        charge = self._running()
        self.start_tour("/my/subscriptions", "subscription_portal", login="sub_customer")
        self.assertEqual(charge.quantity, 6.0)
