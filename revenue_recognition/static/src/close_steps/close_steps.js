import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { useCloseUpdates } from "./close_updates";

const WORKING = ["computing", "posting"];
/** When to ask by ourselves how far the work is: a proxy may keep the bus from the browser. */
const ASK_AGAIN_MS = [2000, 4000, 8000, 10000];
const ICONS = { done: "fa-check-circle", current: "fa-dot-circle-o", todo: "fa-circle-o" };

/**
 * The steps of a close: which are done and by whom, which is next, and what it waits for. While the close is worked on
 * in the background, how far that is. The bus says when to look; the page is read anew when the state changes, unless
 * something on it is being edited.
 */
export class RevenueCloseSteps extends Component {
    static template = "revenue_recognition.CloseSteps";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.icons = ICONS;
        this.progress = useState({ done: 0, total: 0, failure: false });
        useEffect(
            () => {
                this.stop();
                this.asked = 0;
                if (this.isWorking) {
                    this.ask();
                }
            },
            () => [this.props.record.resId, this.props.record.data.state]
        );
        useCloseUpdates(
            () => this.props.record.resId,
            () => {
                this.stop();
                this.asked = 0;
                this.ask();
            }
        );
        onWillUnmount(() => this.stop());
    }

    get steps() {
        return this.props.record.data.steps || [];
    }

    get current() {
        return this.steps.find((step) => step.state === "current");
    }

    /** What is in the way says more than the hint. */
    get hint() {
        const blocked = this.current?.missing.some((missing) => missing.blocking);
        return blocked ? "" : this.props.record.data.next_step;
    }

    get isWorking() {
        return WORKING.includes(this.props.record.data.state);
    }

    get percent() {
        const { done, total } = this.progress;
        return total ? Math.floor((100 * done) / total) : 0;
    }

    /** Who took a step and when, in the time of the page, or whose it is. */
    who({ who, when }) {
        const moment = when && toLocaleDateTimeString(deserializeDateTime(when));
        return [who, moment].filter(Boolean).join(" · ");
    }

    /** Ask how far the work is; while it goes on again and again, ever more slowly. */
    async ask() {
        const { record } = this.props;
        const turn = this.turn;
        const found = await this.orm.silent.call("revenue.close", "get_progress", [[record.resId]]);
        if (turn !== this.turn) {
            return;
        }
        Object.assign(this.progress, { done: found.done, total: found.total, failure: found.failure });
        if (found.state !== record.data.state && !(await record.isDirty())) {
            return record.load();
        }
        if (found.working) {
            const wait = ASK_AGAIN_MS[Math.min(this.asked++, ASK_AGAIN_MS.length - 1)];
            this.timer = browser.setTimeout(() => this.ask(), wait);
        }
    }

    /** An answer that is still on its way does not count any more. */
    stop() {
        this.turn = (this.turn || 0) + 1;
        browser.clearTimeout(this.timer);
    }

    /**
     * Open what a step waits for.
     *
     * @param {{ link: string }} missing
     */
    async open(missing) {
        const action = await this.orm.call("revenue.close", missing.link, [[this.props.record.resId]]);
        return this.action.doAction(action);
    }
}

registry.category("view_widgets").add("revenue_close_steps", {
    component: RevenueCloseSteps,
    fieldDependencies: [
        { name: "steps", type: "json" },
        { name: "state", type: "selection" },
        { name: "next_step", type: "char" },
    ],
});
