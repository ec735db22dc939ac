import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { advanceTime, animationFrame, describe, expect, queryAllTexts, test } from "@odoo/hoot";
import { ProjectProject, ProjectTask, ProjectTaskType, projectModels } from "@project/../tests/project_models";
import {
    MockServer,
    contains,
    defineModels,
    fields,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class BillingTask extends ProjectTask {
    _name = "project.task";

    billing_hint = fields.Char();
    billing_card = fields.Json();

    _records = [
        {
            id: 1,
            name: "Design",
            project_id: 1,
            stage_id: 1,
            state: "01_in_progress",
            billing_hint: "Bills $ 400.00",
            billing_card: { tone: "muted", order_ids: [7], waits: false },
        },
        { id: 2, name: "Other", project_id: 1, stage_id: 1, state: "01_in_progress" },
        { id: 3, name: "Kick-off", project_id: 1, stage_id: 3, state: "01_in_progress" },
    ];
}

defineMailModels();
defineModels({ ...projectModels, ProjectProject, ProjectTask: BillingTask, ProjectTaskType });

const QUESTION = "Mark done and bill $ 400.00? The invoice will be posted.";
let tell;

/** Mount a board whose server answers so, and log what it is asked and told to write. */
async function mountBoard(answer) {
    mockService("billing_updates", {
        listen(orderIds, callback) {
            expect.step(`listens to ${orderIds}`);
            tell = callback;
            return () => {};
        },
    });
    onRpc("has_group", () => true);
    onRpc("project.task", "get_closing_questions", ({ args }) => {
        expect.step(`asks ${JSON.stringify(args)}`);
        return answer;
    });
    onRpc("project.task", "web_save", ({ args }) => {
        expect.step(`writes ${JSON.stringify(args[1])}`);
    });
    onRpc("project.task", "web_resequence", () => []);
    await mountView({
        resModel: "project.task",
        type: "kanban",
        groupBy: ["stage_id"],
        arch: `
            <kanban default_group_by="stage_id" js_class="project_task_kanban">
                <field name="state"/>
                <field name="billing_card"/>
                <templates>
                    <t t-name="card">
                        <span class="title"><field name="name"/></span>
                        <span class="hint" t-attf-class="text-{{ record.billing_card.raw_value.tone }}">
                            <field name="billing_hint"/>
                        </span>
                    </t>
                </templates>
            </kanban>`,
    });
    expect.verifySteps(["listens to 7"]);
}

async function drop(name, stage) {
    await contains(`.o_kanban_record:contains(${name})`).dragAndDrop(`.o_kanban_group:contains(${stage})`);
    await animationFrame();
}

const cardsIn = (stage) => queryAllTexts(`.o_kanban_group:contains(${stage}) .o_kanban_record .title`);

test("a card dropped on a closing stage is marked done, with what that bills", async () => {
    await mountBoard({ 1: QUESTION });
    await drop("Design", "Done");
    expect.verifySteps(["asks [[1],3]"]);
    expect(".modal-title").toHaveText("Design");
    expect(".modal-body").toHaveText(QUESTION);
    await contains(".modal footer button:contains(Mark Done)").click();
    await animationFrame();
    expect.verifySteps([`writes {"stage_id":3}`, `writes {"state":"1_done"}`]);
    expect(MockServer.env["project.task"].browse(1)[0].state).toBe("1_done");
    expect(cardsIn("Done")).toInclude("Design");
});

test("or only moved, as in Odoo", async () => {
    await mountBoard({ 1: QUESTION });
    await drop("Design", "Done");
    await contains(".modal footer button:contains(Only Move)").click();
    await animationFrame();
    expect.verifySteps(["asks [[1],3]", `writes {"stage_id":3}`]);
    expect(MockServer.env["project.task"].browse(1)[0].state).toBe("01_in_progress");
});

test("who closes the question leaves the card where it was", async () => {
    await mountBoard({ 1: QUESTION });
    await drop("Design", "Done");
    await contains(".modal .btn-close").click();
    await animationFrame();
    expect.verifySteps(["asks [[1],3]"]);
    expect(cardsIn("Todo")).toInclude("Design");
});

test("where the company never asks, the card moves alone", async () => {
    await mountBoard({});
    await drop("Design", "Done");
    expect(".modal").toHaveCount(0);
    expect.verifySteps(["asks [[1],3]", `writes {"stage_id":3}`]);
});

test("where it is always done, the card shows what the server made of it", async () => {
    await mountBoard({});
    onRpc("project.task", "web_save", ({ args }) => {
        MockServer.env["project.task"].write(args[0], {
            state: "1_done",
            billing_hint: "$ 400.00 is being billed",
            billing_card: { tone: "info", order_ids: [7], waits: true },
        });
    });
    await drop("Design", "Done");
    expect(".modal").toHaveCount(0);
    expect(".o_kanban_group:contains(Done) .hint.text-info").toHaveText("$ 400.00 is being billed");
    expect.verifySteps(["asks [[1],3]", `writes {"stage_id":3}`]);
});

test("a card turns green once it is billed, without a reload", async () => {
    await mountBoard({});
    MockServer.env["project.task"].write([1], {
        billing_hint: "$ 400.00 is invoiced · INV/2031/00001",
        billing_card: { tone: "success", order_ids: [7], waits: false },
    });
    tell([7]);
    await advanceTime(300);
    await animationFrame();
    expect(".o_kanban_record .hint.text-success").toHaveText("$ 400.00 is invoiced · INV/2031/00001");
});
