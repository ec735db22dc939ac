import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("billing_attain_from_task", {
    steps: () => [
        {
            content: "A project user finishes the task from its form",
            trigger: ".o_form_view .o_field_project_task_state_selection button:contains(In Progress)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Done)",
            run: "click",
        },
        {
            content: "The task is done",
            trigger: ".o_form_view .o_field_project_task_state_selection button:contains(Done)",
        },
        {
            content: "It is saved",
            trigger: ".o_form_view .o_form_status_indicator_buttons.invisible:not(:visible)",
        },
    ],
});

tours.add("billing_attain_from_queue", {
    steps: () => [
        {
            content: "The clerk opens the milestone",
            trigger: ".o_list_view .o_data_row td[name=name]:contains(Acceptance)",
            run: "click",
        },
        {
            content: "and attains it",
            trigger: ".o_form_view button[name=action_attain]",
            run: "click",
        },
        {
            content: "It waits for its invoice",
            trigger: ".o_form_view .o_arrow_button_current:contains(To Bill)",
        },
    ],
});

tours.add("billing_hold_and_release", {
    steps: () => [
        {
            content: "The manager writes why the order is held",
            trigger: ".o_form_view [name=reason] input",
            run: "edit Dispute over scope",
        },
        {
            trigger: ".o_form_view .o_form_button_save",
            run: "click",
        },
        {
            content: "It is in force, and can be released",
            trigger: ".o_form_view button[name=action_release]",
            run: "click",
        },
        {
            content: "Released",
            trigger: ".o_form_view:not(:has(button[name=action_release]))",
        },
    ],
});

tours.add("billing_order_schedule", {
    steps: () => [
        {
            content: "The order has its schedule in a tab",
            trigger: ".o_notebook a.nav-link[name=billing_schedule]",
            run: "click",
        },
        {
            content: "with its milestones",
            trigger: ".tab-pane.active [name=billing_milestone_ids] .o_data_row:contains(Acceptance)",
        },
        {
            content: "which are attained from there",
            trigger:
                ".tab-pane.active [name=billing_milestone_ids] .o_data_row:contains(Acceptance) button[name=action_attain]",
            run: "click",
        },
        {
            content: "and wait for their invoice",
            trigger: ".tab-pane.active [name=billing_milestone_ids] .o_data_row:contains(Acceptance):contains(To Bill)",
        },
    ],
});
