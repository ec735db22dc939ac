import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/**
 * Asks for the reason of an act, and lets it happen only with one.
 */
export class ReasonDialog extends Component {
    static template = "revenue_recognition.ReasonDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        title: String,
        body: String,
        question: String,
        confirmLabel: String,
        confirm: Function,
    };

    setup() {
        this.state = useState({ reason: "" });
        useAutofocus();
    }

    async onConfirm() {
        await this.props.confirm(this.state.reason.trim());
        this.props.close();
    }
}
