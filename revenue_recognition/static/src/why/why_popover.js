import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";

/**
 * Why an amount is what it is: sentences with their paragraphs, and what they come from.
 */
export class WhyPopover extends Component {
    static template = "revenue_recognition.WhyPopover";
    static props = {
        resModel: String,
        resId: Number,
        topic: String,
        at: { type: String, optional: true },
        close: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ found: null });
        onWillStart(async () => {
            this.state.found = await this.orm.call(
                this.props.resModel,
                "get_reasons",
                [[this.props.resId], this.props.topic],
                { at: this.props.at || false }
            );
        });
    }

    get found() {
        return this.state.found;
    }

    get day() {
        return this.formatDay(this.found.at);
    }

    formatDay(day) {
        return formatDate(deserializeDate(day));
    }

    formatAmount(amount) {
        return formatMonetary(amount, { currencyId: this.found.currency });
    }

    /**
     * Open the record an amount comes from.
     *
     * @param {{ model: string, id: number }} source
     */
    open(source) {
        this.props.close?.();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: source.model,
            res_id: source.id,
            views: [[false, "form"]],
        });
    }
}
