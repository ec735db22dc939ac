import { Component, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { STATUSES } from "./period_status";
import { SubscriptionPeriodPopover } from "./subscription_period_popover";

/** How many periods one more click shows. */
const MORE = 24;

/** The life of a subscription on its form: its periods, past and to come, with their invoices, and what changed. */
export class SubscriptionTimeline extends Component {
    static template = "subscription_billing.SubscriptionTimeline";
    static props = standardWidgetProps;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.popover = usePopover(SubscriptionPeriodPopover, { position: "bottom-start", arrow: true });
        this.keepLast = new KeepLast();
        this.state = useState({ life: null });
        this.behind = this.ahead = 6;
        let seen;
        useRecordObserver((record) => {
            // What was read anew replaces the data of the record.
            if (record.data !== seen) {
                seen = record.data;
                return this.load(record);
            }
        });
    }

    async load({ resId } = this.props.record) {
        const asked = { behind: this.behind, ahead: this.ahead };
        this.state.life = resId
            ? await this.keepLast.add(this.orm.call("subscription.charge", "get_timeline", [[resId]], asked))
            : null;
    }

    /** Periods by their first day, and before each what changed by then. */
    get stops() {
        const { periods, changes } = this.state.life;
        const stops = periods.map((period) => ({ key: `p${period.number}`, day: period.from, period }));
        const first = this.state.life.earlier ? periods[0]?.from || "" : "";
        const shown = changes.filter((change) => change.day >= first);
        stops.push(...shown.map((change) => ({ key: `c${change.id}`, day: change.day, change })));
        const rank = (stop) => (stop.change ? 0 : 1);
        return stops.sort((a, b) => (a.day === b.day ? rank(a) - rank(b) : a.day < b.day ? -1 : 1));
    }

    get earlier() {
        const count = this.state.life.earlier;
        return count === 1 ? _t("1 earlier period") : _t("%s earlier periods", count);
    }

    tone(period) {
        return STATUSES[period.status].tone;
    }

    icon(period) {
        return STATUSES[period.status].icon;
    }

    day(text) {
        return formatDate(deserializeDate(text));
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.state.life.currency_id });
    }

    when(period) {
        return period.status === "planned" ? _t("Due %s", this.day(period.due)) : period.invoices.map(({ name }) => name).join(", ");
    }

    who({ by, recorded }) {
        return _t("%(by)s on %(day)s", { by, day: this.day(recorded) });
    }

    select(period, target) {
        this.popover.open(target, {
            period,
            currencyId: this.state.life.currency_id,
            onOpenInvoice: (id) => this.openInvoice(id),
        });
    }

    openInvoice(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    showEarlier() {
        this.behind += MORE;
        return this.load();
    }

    showLater() {
        this.ahead = Math.min(120, this.ahead + MORE);
        return this.load();
    }
}

registry.category("view_widgets").add("subscription_timeline", { component: SubscriptionTimeline });
