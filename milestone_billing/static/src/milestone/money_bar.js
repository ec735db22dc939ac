import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { money } from "./milestone_format";

/** How much of a plan is attained, billed and paid: as a bar, and in figures. */
export class MoneyBar extends Component {
    static template = "milestone_billing.MoneyBar";
    static props = { totals: Object, currencyId: [Number, Boolean] };

    get figures() {
        const { planned, attained, billed, paid, waiting } = this.props.totals;
        const figures = [
            { name: "planned", label: _t("Planned"), amount: planned },
            { name: "attained", label: _t("Attained"), amount: attained },
            { name: "billed", label: _t("Billed"), amount: billed },
            { name: "paid", label: _t("Paid"), amount: paid },
        ];
        if (waiting > 0) {
            figures.push({ name: "waiting", label: _t("Waiting to be billed"), amount: waiting });
        }
        return figures.map((figure) => ({
            ...figure,
            text: money(figure.amount, this.props.currencyId),
            share: this.share(figure.amount),
            swatch: figure.name !== "attained",
        }));
    }

    /** The parts of the bar, one after the other: paid, billed and not paid, attained and not billed. */
    get parts() {
        const { attained, billed, paid } = this.props.totals;
        return [
            { name: "paid", width: this.width(paid) },
            { name: "billed", width: this.width(billed - paid) },
            { name: "waiting", width: this.width(attained - billed) },
        ].filter((part) => part.width > 0);
    }

    get words() {
        return this.figures.map((figure) => `${figure.label} ${figure.text}`).join(", ");
    }

    get whole() {
        const { planned, attained, billed } = this.props.totals;
        return Math.max(planned, attained, billed, 0);
    }

    width(amount) {
        return this.whole ? Math.max(0, (amount / this.whole) * 100) : 0;
    }

    share(amount) {
        return this.props.totals.planned > 0
            ? `${Math.round((amount / this.props.totals.planned) * 100)} %`
            : "";
    }
}
