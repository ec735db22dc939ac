import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { DashboardTile } from "./dashboard_tile";

/** Tiles in a line, at most: on a small window and on a large one. */
const [MOST_NARROW, MOST_WIDE] = [4, 7];

/** Where revenue of one company stands, as tiles. Whether subledger and ledger agree comes after the rest. */
export class CompanyStatus extends Component {
    static template = "revenue_recognition.CompanyStatus";
    static components = { DashboardTile };
    static props = { company: Object, turn: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ ledger: null });
        this.loadLedger(this.props);
        onWillUpdateProps((next) => {
            if (next.turn !== this.props.turn) {
                this.loadLedger(next);
            }
        });
    }

    async loadLedger({ company }) {
        this.state.ledger = await this.orm.silent.call("revenue.close", "get_ledger_status", [company.id]);
    }

    get company() {
        return this.props.company;
    }

    formatDay(day) {
        return formatDate(deserializeDate(day));
    }

    formatAmount(amount) {
        return formatMonetary(amount, { currencyId: this.company.currency });
    }

    // === CLOSE === //

    get closeTile() {
        const { open, next, days } = this.company.close;
        const day = this.formatDay(next);
        if (!open && !this.hasBegun) {
            return {
                name: "close",
                label: _t("Next close"),
                icon: "fa-calendar-check-o",
                value: _t("Nothing to close yet"),
                note: _t("Begins with the first contract"),
                onOpen: () => this.openClose(),
            };
        }
        return {
            name: "close",
            label: open ? open.name : _t("Next close"),
            icon: "fa-calendar-check-o",
            value: open ? open.state : this.daysText(days),
            note: open
                ? _t("%(day)s · %(days)s", { day, days: this.daysText(days) })
                : _t("Period through %s", day),
            tone: days > 0 ? "warning" : "",
            onOpen: () => this.openClose(),
        };
    }

    get hasBegun() {
        return this.company.setup?.begun ?? true;
    }

    /** What to do before the first close, in order; nothing once something is closed. */
    get steps() {
        return this.company.setup?.steps || [];
    }

    openStep(step) {
        return this.action.doAction(step.action);
    }

    daysText(days) {
        if (days > 0) {
            return days === 1 ? _t("ended 1 day ago") : _t("ended %s days ago", days);
        }
        return days === -1 ? _t("1 day to its end") : _t("%s days to its end", -days);
    }

    openClose() {
        const { open } = this.company.close;
        const action = {
            type: "ir.actions.act_window",
            name: _t("Closes"),
            res_model: "revenue.close",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["company_id", "=", this.company.id]],
        };
        return this.action.doAction(open ? { ...action, views: [[false, "form"]], res_id: open.id } : action);
    }

    // === EXCEPTIONS === //

    get exceptionTiles() {
        const { blocking, hints, proposed } = this.company.exceptions;
        const todo = "revenue_recognition.action_revenue_exception";
        return [
            {
                name: "blocking",
                label: _t("Left out of closes"),
                icon: "fa-exclamation-triangle",
                value: String(blocking),
                note: blocking ? _t("Something is missing") : _t("Nothing is missing"),
                tone: blocking ? "danger" : "",
                onOpen: () => this.open(todo, { search_default_blocking: 1 }, [["is_todo", "=", true]]),
            },
            {
                name: "hints",
                label: _t("Hints"),
                icon: "fa-lightbulb-o",
                value: String(hints),
                note: hints ? _t("Worth a look") : _t("No hints"),
                onOpen: () => this.open(todo, { search_default_hints: 1 }, [["is_todo", "=", true]]),
            },
            {
                name: "proposed",
                label: _t("Modifications"),
                icon: "fa-columns",
                value: String(proposed),
                note: proposed ? _t("Wait for an answer") : _t("None waits"),
                tone: proposed ? "warning" : "",
                onOpen: () => this.open("revenue_recognition.action_revenue_modification", { search_default_proposed: 1 }),
            },
        ];
    }

    /** Open a window action with filters, of this company only. */
    async open(xmlId, context = {}, domain = []) {
        const action = await this.action.loadAction(xmlId);
        return this.action.doAction({
            ...action,
            domain: [...domain, ["company_id", "=", this.company.id]],
            context,
        });
    }

    // === BALANCES === //

    get balanceTiles() {
        const { balances } = this.company;
        const contracts = "revenue_recognition.action_revenue_contract";
        const subledger = "revenue_recognition.action_revenue_entry";
        const tiles = [
            ["contract_asset", _t("Contract asset"), "fa-arrow-circle-up", contracts, { search_default_asset: 1 }],
            ["contract_liability", _t("Contract liability"), "fa-arrow-circle-down", contracts, { search_default_liability: 1 }],
            ["refund_liability", _t("Refund liability"), "fa-undo", subledger, { search_default_posted: 1 }, ["refund"]],
            ["loss_provision", _t("Loss provision"), "fa-minus-circle", subledger, { search_default_posted: 1 }, ["loss"]],
            ["contract_cost", _t("Contract cost"), "fa-briefcase", subledger, { search_default_posted: 1 }, ["contract_cost", "amortisation"]],
        ];
        return tiles
            .filter(([name], index) => index < 2 || balances[name])
            .map(([name, label, icon, xmlId, context, kinds]) => ({
                name,
                label,
                icon,
                value: this.formatAmount(balances[name]),
                note: this.closedNote,
                onOpen: () => this.open(xmlId, context, kinds ? [["kind", "in", kinds]] : []),
            }));
    }

    get closedNote() {
        const { closed } = this.company.close;
        return closed ? _t("Booked through %s", this.formatDay(closed)) : _t("Nothing is closed yet");
    }

    // === LEDGER === //

    get ledgerTile() {
        const { ledger } = this.state;
        const common = {
            name: "ledger",
            label: _t("Subledger to ledger"),
            icon: "fa-balance-scale",
            onOpen: () => this.openCheck(),
        };
        if (!ledger) {
            return { ...common, value: "…", note: _t("Being compared") };
        }
        if (!ledger.date) {
            return { ...common, value: _t("Nothing closed"), note: _t("Compared after the first close") };
        }
        const note = _t("On %s", this.formatDay(ledger.date));
        if (ledger.difference) {
            return { ...common, value: this.formatAmount(ledger.difference), note, tone: "danger", icon: "fa-times-circle" };
        }
        return { ...common, value: _t("They agree"), note, tone: "success", icon: "fa-check-circle" };
    }

    openCheck() {
        return this.action.doAction("revenue_recognition.action_revenue_check", {
            additionalContext: { default_company_id: this.company.id },
        });
    }

    /** How many tiles stand in a line, so that the last line is as full as it can be. */
    get columns() {
        const { length } = this.tiles;
        const even = (most) => Math.ceil(length / Math.ceil(length / most));
        return `--o-tiles-narrow: ${even(MOST_NARROW)}; --o-tiles-wide: ${even(MOST_WIDE)}`;
    }

    get tiles() {
        return [this.closeTile, ...this.exceptionTiles, ...this.balanceTiles, this.ledgerTile];
    }
}
