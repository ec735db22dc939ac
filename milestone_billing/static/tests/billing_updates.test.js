import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { getService, makeMockEnv, MockServer, waitForSteps, asyncStep } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

const CHANGED = "milestone_billing/changed";

function send(channel, orderIds) {
    MockServer.env["bus.bus"]._sendone(channel, CHANGED, { order_ids: orderIds });
}

test("hears of the orders asked for, and of no other", async () => {
    await makeMockEnv();
    const stop = getService("billing_updates").listen([7, 8], (ids) => asyncStep(`changed ${ids}`));
    await waitForChannels(["milestone_billing.order_7", "milestone_billing.order_8"]);
    send("milestone_billing.order_7", [9]);
    send("milestone_billing.order_7", [7]);
    await waitForSteps(["changed 7"]);
    stop();
    await waitForChannels(["milestone_billing.order_7"], { operation: "delete" });
});

test("two screens on one order share its channel until both are closed", async () => {
    await makeMockEnv();
    const updates = getService("billing_updates");
    const stopFirst = updates.listen([7], () => asyncStep("first"));
    const stopSecond = updates.listen([7], () => asyncStep("second"));
    await waitForChannels(["milestone_billing.order_7"]);
    send("milestone_billing.order_7", [7]);
    await waitForSteps(["first", "second"]);
    stopFirst();
    send("milestone_billing.order_7", [7]);
    await waitForSteps(["second"]);
    stopSecond();
    await waitForChannels(["milestone_billing.order_7"], { operation: "delete" });
    expect(true).toBe(true);
});

test("hears of everything where no order is named", async () => {
    await makeMockEnv();
    getService("billing_updates").listen(null, (ids) => asyncStep(`changed ${ids}`));
    await waitForChannels(["milestone_billing.all"]);
    send("milestone_billing.all", [3]);
    await waitForSteps(["changed 3"]);
});
