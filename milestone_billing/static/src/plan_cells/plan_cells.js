import { Component, useRef } from "@odoo/owl";
import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { getTabableElements } from "@web/core/utils/ui";
import { CharField } from "@web/views/fields/char/char_field";
import { DateTimeField } from "@web/views/fields/datetime/datetime_field";
import { FloatField } from "@web/views/fields/float/float_field";
import { IntegerField } from "@web/views/fields/integer/integer_field";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import { MonetaryField } from "@web/views/fields/monetary/monetary_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Lets Tab go through all inputs of a cell, choices too, before the list takes it on to the next cell.
 *
 * @returns {(ev: KeyboardEvent) => void} for the keydown of the element with t-ref="cell"
 */
function useCellKeys() {
    const cell = useRef("cell");
    return (ev) => {
        const step = { tab: 1, "shift+tab": -1 }[getActiveHotkey(ev)];
        const inputs = step ? getTabableElements(cell.el) : [];
        const next = inputs[inputs.indexOf(document.activeElement) + step];
        if (next) {
            ev.preventDefault();
            ev.stopPropagation();
            next.focus();
        }
    };
}

/** A choice as the browser's own select: it neither covers the inputs beside it nor takes their keys. */
class BillingChoice extends Component {
    static template = "milestone_billing.BillingChoice";
    static props = { name: String, record: Object };

    get options() {
        return this.props.record.fields[this.props.name].selection.filter(([, label]) => label);
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    onChange(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.value });
    }
}

/**
 * One cell that says when a milestone is due: what it waits for and, beside it, what that choice needs. Out of edition it
 * is one text, which the server words.
 */
export class BillingWhenField extends Component {
    static template = "milestone_billing.BillingWhenField";
    static components = { BillingChoice, CharField, DateTimeField, IntegerField, Many2One };
    static props = { ...standardFieldProps };

    setup() {
        this.onKeydown = useCellKeys();
    }

    get record() {
        return this.props.record;
    }

    get choice() {
        return this.record.data.due_on;
    }

    /** The field that holds the milestone counted from: plans and their templates name it differently. */
    get startField() {
        return "offset_from_id" in this.record.fields ? "offset_from_id" : "offset_milestone_id";
    }

    get startProps() {
        const props = computeM2OProps({
            record: this.record,
            name: this.startField,
            readonly: false,
            canCreate: false,
            canCreateEdit: false,
            canQuickCreate: false,
            canOpen: false,
            context: {},
            domain: () => this.startDomain,
            placeholder: _t("the order"),
            string: _t("From"),
        });
        return { ...props, openActionContext: () => ({}), update: (value) => this.setStart(value) };
    }

    get startDomain() {
        const parent = this.startField === "offset_from_id" ? "template_id" : "schedule_id";
        const plan = this.record.data[parent]?.id || this.record.evalContext.parent?.id || false;
        return [
            [parent, "=", plan],
            ["id", "!=", this.record.resId || false],
        ];
    }

    setStart(value) {
        const changes = { [this.startField]: value };
        if ("offset_from" in this.record.fields) {
            changes.offset_from = value ? "milestone" : "confirmation";
        }
        return this.record.update(changes);
    }
}

/** One cell that says how much a milestone bills: a percentage, an amount, or the balance. */
export class BillingAmountField extends Component {
    static template = "milestone_billing.BillingAmountField";
    static components = { BillingChoice, FloatField, MonetaryField };
    static props = { ...standardFieldProps };

    setup() {
        this.onKeydown = useCellKeys();
    }

    get record() {
        return this.props.record;
    }

    get choice() {
        return this.record.data.amount_type;
    }

    /** A template has no currency: its amounts are in that of the order it is used for. */
    get hasCurrency() {
        return this.record.fields.amount_fixed.type === "monetary";
    }
}

registry.category("fields").add("billing_when", {
    component: BillingWhenField,
    displayName: _t("When a milestone is due"),
    listViewWidth: [100],
    supportedTypes: ["selection"],
});
registry.category("fields").add("billing_amount", {
    component: BillingAmountField,
    displayName: _t("How much a milestone bills"),
    listViewWidth: [84],
    supportedTypes: ["selection"],
});
