import { Component } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatMonetary } from "@web/views/fields/formatters";
import { STATUSES } from "./period_status";

/** Why a period comes to its amount, what of it is invoiced, and what is to come. */
export class SubscriptionPeriodPopover extends Component {
    static template = "subscription_billing.SubscriptionPeriodPopover";
    static props = {
        period: Object,
        currencyId: Number,
        onOpenInvoice: Function,
        close: { type: Function, optional: true },
    };

    get status() {
        return STATUSES[this.props.period.status];
    }

    get due() {
        return formatDate(deserializeDate(this.props.period.due));
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.currencyId });
    }
}
