import { Component } from "@odoo/owl";
import { usePopover } from "@web/core/popover/popover_hook";
import { WhyPopover } from "./why_popover";

/**
 * A button beside an amount that tells why it is what it is.
 */
export class WhyButton extends Component {
    static template = "revenue_recognition.WhyButton";
    static props = {
        label: String,
        resModel: String,
        resId: Number,
        topic: String,
        at: { type: String, optional: true },
    };

    setup() {
        this.popover = usePopover(WhyPopover, {
            position: "bottom-end",
            popoverClass: "o_revenue_why_popper",
            setActiveElement: true,
        });
    }

    onClick(ev) {
        if (this.popover.isOpen) {
            return this.popover.close();
        }
        const { resModel, resId, topic, at } = this.props;
        this.popover.open(ev.currentTarget, { resModel, resId, topic, at });
    }

    /** A list opens its row on Enter: not when the button has the focus. */
    onKeydown(ev) {
        if (["Enter", " "].includes(ev.key)) {
            ev.stopPropagation();
        }
    }
}
