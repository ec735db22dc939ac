import { Component, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ReasonDialog } from "./reason_dialog";

/**
 * The treatments of a modification side by side, and the choice between them.
 */
export class RevenueComparison extends Component {
    static template = "revenue_recognition.Comparison";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ found: null });
        useRecordObserver((record) => this.load(record));
    }

    /** Ask for the comparison again whenever the modification is saved or gets its answer. */
    async load({ resId, data: { state, write_date } }) {
        const asked = [resId, state, write_date?.toMillis?.()].join();
        if (asked === this.asked) {
            return;
        }
        this.asked = asked;
        this.state.found = resId
            ? await this.orm.call("revenue.modification", "get_comparison", [[resId]])
            : null;
    }

    get found() {
        return this.state.found;
    }

    get before() {
        return this.found.columns[0];
    }

    get columns() {
        return this.found.columns;
    }

    get day() {
        return formatDate(deserializeDate(this.found.date));
    }

    get mayChoose() {
        return this.found.may_apply && this.found.columns.length > 2;
    }

    chooseLabel(column) {
        return _t("Apply as: %s", column.label);
    }

    monthName(index) {
        const month = this.found.months[index];
        return month ? deserializeDate(month).toFormat("LLL yyyy") : _t("Later");
    }

    amount(column, name, key) {
        return key === undefined ? column[name] : column[name][key];
    }

    /** Whether an amount differs from the contract without the change. */
    differs(column, name, key) {
        if (!column.treatment || column.error || this.before.error) {
            return false;
        }
        return this.amount(column, name, key) !== this.amount(this.before, name, key);
    }

    formatAmount(amount) {
        return amount === undefined ? "" : formatMonetary(amount, { currencyId: this.found.currency });
    }

    /**
     * Apply the modification with the treatment of a column, after saying what that does.
     *
     * @param {Object} column
     */
    choose(column) {
        const proposed = this.found.columns.find((one) => one.proposed);
        const title = _t("Apply the Modification");
        const confirmLabel = _t("Apply");
        const body = _t(
            "The contract changes from %(date)s on, as: %(treatment)s. What is applied is not changed any more.",
            { date: this.day, treatment: column.label }
        );
        if (!proposed || column.proposed) {
            const confirm = () => this.apply(column.treatment);
            return this.dialog.add(ConfirmationDialog, { title, body, confirmLabel, confirm, cancel: () => {} });
        }
        this.dialog.add(ReasonDialog, {
            title,
            body,
            confirmLabel,
            question: _t("The standard comes to: %s. Why is it applied otherwise?", proposed.label),
            confirm: (note) => this.apply(column.treatment, note),
        });
    }

    async apply(treatment, note) {
        const { record } = this.props;
        await this.orm.call("revenue.modification", "action_apply_as", [[record.resId], treatment], {
            note: note || false,
        });
        await record.load();
    }
}

registry.category("view_widgets").add("revenue_comparison", {
    component: RevenueComparison,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "write_date", type: "datetime" },
    ],
});
