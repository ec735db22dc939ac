import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";
import { WhyButton } from "./why_button";

/**
 * An amount of a contract or an obligation, and a button that tells why it is what it is.
 *
 * Options: ``topic`` is what ``get_reasons`` is asked for, ``at`` a field with the day, ``of`` a many2one to the
 * contract or obligation where the record is another one.
 */
export class WhyField extends MonetaryField {
    static template = "revenue_recognition.WhyField";
    static components = { WhyButton };
    static props = {
        ...MonetaryField.props,
        topic: String,
        atField: { type: String, optional: true },
        ofField: { type: String, optional: true },
    };

    get asked() {
        const { record, ofField } = this.props;
        if (!ofField) {
            return { resModel: record.resModel, resId: record.resId };
        }
        return { resModel: record.fields[ofField].relation, resId: record.data[ofField]?.id };
    }

    get at() {
        const day = this.props.atField && this.props.record.data[this.props.atField];
        return day ? day.toISODate() : undefined;
    }

    get label() {
        const { record, name } = this.props;
        return _t("Why %(field)s is %(amount)s", {
            field: record.fields[name].string,
            amount: this.formattedValue,
        });
    }
}

export const whyField = {
    ...monetaryField,
    component: WhyField,
    displayName: _t("Amount with Its Reasons"),
    extractProps: (info, dynamicInfo) => ({
        ...monetaryField.extractProps(info, dynamicInfo),
        topic: info.options.topic,
        atField: info.options.at,
        ofField: info.options.of,
    }),
};

registry.category("fields").add("revenue_why", whyField);
