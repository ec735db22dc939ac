import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const ROW = "[name=milestone_ids] .o_selected_row";

const addRow = (place, name) => [
    { trigger: "[name=milestone_ids] .o_field_x2many_list_row_add a", run: "click" },
    { trigger: `[name=milestone_ids] .o_data_row:nth-child(${place}).o_selected_row [name=name] input`, run: `edit ${name}` },
];

const choose = (cell, label) => [
    { trigger: `${ROW} .o_field_${cell} .o_billing_cell_choice select`, run: `selectByLabel ${label}` },
];

tours.add("billing_plan_by_hand", {
    steps: () => [
        { trigger: ".o_notebook a.nav-link[name=billing_schedule]", run: "click" },
        { trigger: "button[name=action_create_billing_schedule]", run: "click" },
        ...addRow(1, "Deposit"),
        ...choose("billing_when", "Date"),
        {
            content: "A date is asked for where a date is chosen",
            trigger: `${ROW} .o_billing_cell_date input`,
            run: "edit 12/31/2030 && press Tab",
        },
        ...choose("billing_amount", "Fixed amount"),
        { trigger: `${ROW} .o_billing_cell_amount input`, run: "edit 200 && press Tab" },
        ...addRow(2, "Design"),
        {
            content: "Out of edition each cell is one text, and the amount is there before anything is saved",
            trigger: "[name=milestone_ids] .o_data_row:contains(Deposit):contains(12/31/2030):contains(200.00)",
        },
        ...choose("billing_when", "Time after"),
        { trigger: `${ROW} .o_field_billing_when .o_billing_cell_number input`, run: "edit 30 && press Tab" },
        { trigger: `${ROW} .o_field_billing_amount .o_billing_cell_number input`, run: "edit 40 && press Tab" },
        ...addRow(3, "Rest"),
        ...choose("billing_when", "By hand or another system"),
        ...choose("billing_amount", "Balance"),
        {
            content: "The balance is what the others leave, live",
            trigger: "[name=milestone_ids] .o_data_row:contains(400.00) ~ .o_data_row td[name=amount]:contains(400.00)",
        },
        { trigger: ".o_form_button_save:visible", run: "click" },
        {
            content: "Nothing hidden was missing",
            trigger: ".o_form_view .o_form_status_indicator_buttons.invisible:not(:visible)",
        },
        { trigger: "[name=milestone_ids] .o_data_row:contains(30 days after the order)" },
        {
            content: "A plan that bills too much says so in red",
            trigger: "[name=milestone_ids] .o_data_row:contains(Design) td[name=amount_type]",
            run: "click",
        },
        { trigger: `${ROW} .o_field_billing_amount .o_billing_cell_number input`, run: "edit 95 && press Tab" },
        { trigger: "[name=milestone_ids] .o_data_row td[name=amount]:contains(-150.00)" },
        { trigger: ".o_form_button_save:visible", run: "click" },
        { trigger: ".o_form_view .alert-danger:contains(Rest comes to):visible" },
    ],
});
