import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("budget_alert_to_change_order", {
    steps: () => [
        {
            content: "The panel of the project warns",
            trigger: ".o_project_budget .o_budget_alert:contains(10 hours of work in 2 tasks are not planned)",
        },
        {
            content: "and says what is spent of the budget",
            trigger: ".o_project_budget .o_budget_rows tr[data-milestone=total]:contains(12:00 / 100:00)",
        },
        {
            content: "First click: what nobody planned is proposed",
            trigger: ".o_project_budget .o_budget_change",
            run: "click",
        },
        {
            content: "Both tasks are there, with their hours",
            trigger: ".modal .o_data_row:contains(Fence):contains(06:00)",
        },
        {
            content: "Second click: the quotation",
            trigger: ".modal button[name=action_propose]",
            run: "click",
        },
        {
            content: "It has a line for each task, at the rate of the order",
            trigger: ".o_form_view .o_field_widget[name=order_line] .o_data_row:contains(Fence)",
        },
        {
            content: "The salesperson confirms it",
            trigger: ".o_statusbar_buttons button[name=action_confirm]:enabled:visible",
            run: "click",
        },
        {
            content: "It is an order",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)",
        },
    ],
});

registry.category("web_tour.tours").add("budget_set_by_hand", {
    steps: () => [
        {
            content: "No budget yet",
            trigger: ".o_project_budget .o_budget_set:contains(Set Budget)",
            run: "click",
        },
        {
            content: "The lines come from the order",
            trigger: ".modal .o_data_row:contains(Design):contains(40:00)",
        },
        {
            content: "and are applied",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The panel has the budget",
            trigger: ".o_project_budget .o_budget_rows tr[data-milestone=total]:contains(0:00 / 100:00)",
        },
    ],
});
