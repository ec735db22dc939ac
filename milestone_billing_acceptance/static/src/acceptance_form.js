import { Component, useState } from "@odoo/owl";
import { NameAndSignature } from "@web/core/signature/name_and_signature";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { redirect } from "@web/core/utils/urls";

/** What a customer answers to a request for acceptance: all, a part, or nothing of it; with his name and signature. */
export class AcceptanceForm extends Component {
    static template = "milestone_billing_acceptance.AcceptanceForm";
    static components = { NameAndSignature };
    static props = {
        callUrl: String,
        defaultName: String,
        least: Number,
        most: Number,
        lines: Array,
    };

    setup() {
        this.state = useState({
            kind: "",
            by: this.props.lines.length ? "lines" : "percent",
            lines: {},
            percent: "",
            openPoints: "",
            reason: "",
            error: "",
            busy: false,
        });
        this.signature = useState({
            name: this.props.defaultName,
            isSignatureEmpty: true,
            getSignatureImage: () => "",
            resetSignature: () => {},
        });
    }

    get nameAndSignatureProps() {
        return { signature: this.signature, fontColor: "black", mode: "draw", displaySignatureRatio: 3 };
    }

    get submitLabel() {
        return {
            accepted: _t("Accept and Sign"),
            partial: _t("Accept in Part and Sign"),
            rejected: _t("Reject and Sign"),
        }[this.state.kind];
    }

    get chosenLines() {
        return this.props.lines.map((line) => line.id).filter((id) => this.state.lines[id]);
    }

    get answer() {
        const { kind, by, openPoints, reason } = this.state;
        const values = { kind, name: this.signature.name, signature: this.drawing };
        if (kind === "partial") {
            values.open_points = openPoints;
            if (by === "lines") {
                values.lines = this.chosenLines;
            } else {
                values.percent = parseFloat(String(this.state.percent).replace(",", ".")) || 0;
            }
        }
        return kind === "rejected" ? { ...values, reason } : values;
    }

    get drawing() {
        return (this.signature.getSignatureImage() || "").split(",")[1] || "";
    }

    choose(kind) {
        this.state.kind = kind;
        this.state.error = "";
    }

    async submit() {
        if (this.state.busy) {
            return;
        }
        Object.assign(this.state, { busy: true, error: "" });
        try {
            const said = await rpc(this.props.callUrl, this.answer);
            if (said.force_refresh) {
                redirect(said.redirect_url);
                return;
            }
            this.state.error = said.error;
        } catch {
            this.state.error = _t("This could not be sent. Please try again: nothing is recorded twice.");
        }
        this.state.busy = false;
    }
}

registry.category("public_components").add("milestone_billing_acceptance.form", AcceptanceForm);
