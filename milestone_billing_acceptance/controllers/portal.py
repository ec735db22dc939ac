import hashlib

from odoo import SUPERUSER_ID, http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.http import content_disposition, request
from odoo.tools import consteq

from ..models.billing_acceptance_answering import Answer

LIST_URL = "/my/acceptances"
#: What the browser says of itself is kept up to so many characters.
LONGEST_AGENT = 300
ANSWERS = ("accepted", "partial", "rejected")
SHOWN = ("open", "accepted", "partial", "rejected")


class AcceptancePortal(CustomerPortal):
    """What a customer accepts: a list, and a page for each request by a link of his own."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "acceptance_count" in counters:
            values["acceptance_count"] = self._acceptances().search_count(self._acceptance_domain())
        return values

    @http.route([LIST_URL, f"{LIST_URL}/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_acceptances(self, page=1, **_kwargs):
        """Show what the customer was asked to accept, what is open first.

        :param int page: of the pager
        """
        rows, domain = self._acceptances(), self._acceptance_domain()
        pages = pager(url=LIST_URL, total=rows.search_count(domain), page=page, step=self._items_per_page)
        found = rows.search(domain, order="id desc", limit=self._items_per_page, offset=pages["offset"])
        values = {
            **self._prepare_portal_layout_values(),
            "approvers": found.sorted(lambda row: row.acceptance_id.state != "open"),
            "page_name": "acceptance",
            "pager": pages,
            "default_url": LIST_URL,
        }
        return request.render("milestone_billing_acceptance.portal_my_acceptances", values)

    @http.route([f"{LIST_URL}/<int:approver_id>"], type="http", auth="public", website=True)
    def portal_acceptance(self, approver_id, access_token=None, **_kwargs):
        """Show one request to the contact whose link it is.

        :param int approver_id: of the contact's row
        :param str access_token: of his link
        """
        approver = self._find_approver(approver_id, access_token)
        if not approver:
            return self._no_such_link()
        return request.render(
            "milestone_billing_acceptance.portal_acceptance", self._page_values(approver, access_token)
        )

    @http.route([f"{LIST_URL}/<int:approver_id>/answer"], type="jsonrpc", auth="public", website=True)
    def portal_acceptance_answer(self, approver_id, access_token=None, **sent):
        """Record what the contact answers.

        :param int approver_id: of the contact's row
        :param str access_token: of his link
        :param sent: ``kind``, ``name``, ``signature`` (base64), and ``percent`` or ``lines``, and texts
        :return: ``{"force_refresh", "redirect_url"}``, or ``{"error"}``
        """
        access_token = access_token or request.httprequest.args.get("access_token")
        approver = self._find_approver(approver_id, access_token)
        if not approver or not self._may_answer(approver, access_token):
            return {"error": request.env._("This link is not valid any more, or not yours. Nothing was recorded.")}
        answer = self._read_answer(sent)
        if not answer:
            return {"error": request.env._("Please choose an answer.")}
        reason = approver.acceptance_id._answer(approver, answer)
        if reason:
            return {"error": reason}
        return {"force_refresh": True, "redirect_url": self._page_url(approver, access_token)}

    @http.route([f"{LIST_URL}/<int:approver_id>/files/<int:file_id>"], type="http", auth="public", website=True)
    def portal_acceptance_file(self, approver_id, file_id, access_token=None, **_kwargs):
        """Hand out a file of a request: one of those chosen, as it was when it was sent.

        :param int approver_id: of the contact's row
        :param int file_id: as the text of the request has it
        :param str access_token: of his link
        """
        approver = self._find_approver(approver_id, access_token)
        acceptance = approver.acceptance_id
        if not approver or acceptance.state not in SHOWN:
            return self._no_such_link()
        facts = next((row for row in acceptance._content()["files"] if row["id"] == file_id), None)
        file = acceptance.file_ids.filtered(lambda row: row.id == file_id)
        data = file.raw or b""
        if not facts or not file or hashlib.sha256(data).hexdigest() != facts["sha256"]:
            return request.not_found()
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", len(data)),
            ("Content-Disposition", content_disposition(facts["name"])),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(data, headers)

    @http.route([f"{LIST_URL}/<int:approver_id>/pdf"], type="http", auth="public", website=True)
    def portal_acceptance_pdf(self, approver_id, access_token=None, **_kwargs):
        """Hand out the signed page of an answered request.

        :param int approver_id: of the contact's row
        :param str access_token: of his link
        """
        approver = self._find_approver(approver_id, access_token)
        file = approver.acceptance_id.pdf_id
        if not approver or not file or approver.acceptance_id.state not in SHOWN:
            return self._no_such_link()
        headers = [
            ("Content-Type", file.mimetype),
            ("Content-Length", len(file.raw)),
            ("Content-Disposition", content_disposition(file.name)),
        ]
        return request.make_response(file.raw, headers)

    # === WHOSE LINK IT IS === #

    def _acceptances(self):
        return request.env["billing.acceptance.approver"].sudo()

    def _acceptance_domain(self):
        """Return which rows the user sees in his list: those that ask himself."""
        return [
            ("partner_id", "=", request.env.user.partner_id.id),
            ("sent_on", "!=", False),
            ("acceptance_id.state", "in", SHOWN),
        ]

    def _find_approver(self, approver_id, access_token):
        """Return the row of a contact (with all rights) whose link it is, an empty one for anybody else.

        A link is of a request and of one contact. Somebody logged in for another customer has no use of it.
        """
        rows = request.env["billing.acceptance.approver"].with_user(SUPERUSER_ID)
        approver, user = rows.browse(approver_id).exists(), request.env.user
        if not approver.sent_on:
            return rows
        has_token = self._has_token(approver, access_token)
        if user._is_public():
            return approver if has_token else rows
        if user.share:
            customers = approver.partner_id.commercial_partner_id | approver.acceptance_id.partner_id
            mine = user.partner_id.commercial_partner_id in customers
            return approver if mine and (has_token or approver.partner_id == user.partner_id) else rows
        companies = {"allowed_company_ids": user.company_ids.ids}
        readable = approver.acceptance_id.with_user(user).with_context(**companies).has_access("read")
        return approver if readable else rows

    def _has_token(self, approver, access_token):
        return bool(
            isinstance(access_token, str) and approver.access_token and consteq(approver.access_token, access_token)
        )

    def _may_answer(self, approver, access_token):
        """Return whether the user answers as this contact: nobody of the company itself does."""
        user = request.env.user
        if user._is_public():
            return self._has_token(approver, access_token)
        return user.share and (self._has_token(approver, access_token) or approver.partner_id == user.partner_id)

    def _no_such_link(self):
        return request.render("milestone_billing_acceptance.portal_no_acceptance", {}, status=404)

    # === THE PAGE === #

    def _page_url(self, approver, access_token, part=""):
        token = f"?access_token={access_token}" if self._has_token(approver, access_token) else ""
        return f"{LIST_URL}/{approver.id}{part}{token}"

    def _page_values(self, approver, access_token):
        """Return what the page of a request shows: what was frozen when it was sent, and what was answered."""
        lang = request.env.lang
        approver = approver.with_context(lang=lang)
        acceptance = approver.acceptance_id
        answerable = acceptance.state == "open" and not approver.answer_ids and approver == acceptance._whose_turn()
        stale = answerable and (acceptance.order_id.state != "sale" or not acceptance._is_still_true())
        content = acceptance._content() if acceptance.state in SHOWN and not stale else {}
        lines = acceptance._acceptable_lines() if answerable and not stale else []
        most = acceptance._most()
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "acceptance",
            "no_breadcrumbs": request.env.user._is_public(),
            "approver": approver,
            "acceptance": acceptance,
            "res_company": acceptance.company_id,
            "content": content,
            "withdrawn": acceptance.state == "withdrawn" or stale,
            "may_answer": answerable and not stale and self._may_answer(approver, access_token),
            "url": lambda part="": self._page_url(approver, access_token, part),
            "form": {
                "callUrl": self._page_url(approver, access_token, "/answer"),
                "defaultName": approver.partner_id.name or "",
                "least": acceptance.percent_before,
                "most": most,
                "lines": [
                    {
                        "id": row["id"],
                        "name": row["name"].split("\n")[0],
                        "amount": acceptance.currency_id.format(float(row["amount"])),
                    }
                    for row in lines
                ],
            },
        }

    def _read_answer(self, sent):
        """Return the ``Answer`` that was sent, with where it came from, or None when it is none at all."""
        if sent.get("kind") not in ANSWERS:
            return None
        texts = {name: sent.get(name) for name in ("name", "signature", "open_points", "reason")}
        lines, percent = sent.get("lines") or [], sent.get("percent") or 0
        if not all(isinstance(text or "", str) for text in texts.values()) or not isinstance(lines, list):
            return None
        if not all(isinstance(line, int) for line in lines) or not isinstance(percent, int | float):
            return None
        headers = request.httprequest
        return Answer(
            sent["kind"],
            **{name: text or "" for name, text in texts.items()},
            lines=lines if sent["kind"] == "partial" else [],
            percent=round(float(percent), 6),
            facts={
                "address": headers.remote_addr or False,
                "user_agent": (headers.user_agent.string or "")[:LONGEST_AGENT] or False,
                "user_id": request.env.uid or False,
            },
        )
