import { Component } from "@odoo/owl";

/** One figure of the dashboard, and the way to what is behind it. */
export class DashboardTile extends Component {
    static template = "revenue_recognition.DashboardTile";
    static props = {
        name: String,
        label: String,
        icon: String,
        value: String,
        note: { type: String, optional: true },
        tone: { type: String, optional: true },
        onOpen: Function,
    };
}
