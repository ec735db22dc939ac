import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const open = (code) => ({ trigger: `.o_billing_setup_open[data-code=${code}] .btn-primary`, run: "click" });
const back = { trigger: ".o_breadcrumb .breadcrumb-item a:contains(Set-Up), .o_back_button", run: "click" };
const save = [
    { trigger: ".o_form_button_save:visible", run: "click" },
    { trigger: ".o_form_view .o_form_status_indicator_buttons.invisible:not(:visible)" },
];
const type = (field, text) => ({ trigger: `[name=${field}] input, [name=${field}] textarea`, run: `edit ${text}` });
const pick = (field, text) => [
    { trigger: `${field} input`, run: `edit ${text}` },
    { trigger: `.o-autocomplete--dropdown-item a:contains(${text})`, run: "click" },
];

/** From a company without anything to a confirmed order: what each step asks for, and nothing else. */
tours.add("billing_setup_from_empty", {
    steps: () => [
        {
            content: "The first step says what is missing of it",
            trigger: ".o_kanban_record:contains(Your company) .o_billing_setup_missing:contains(street)",
        },
        open("company"),
        type("street", "1 Main Street"),
        type("city", "Austin"),
        ...pick("[name=country_id]", "United States"),
        type("email", "office@fresh.example"),
        { content: "Odoo reads the screen anew", ...save[0], expectUnloadPage: true },
        save[1],
        back,
        { trigger: ".o_kanban_record:contains(Books) .o_billing_setup_missing:contains(No chart of accounts)" },
        open("books"),
        { trigger: "[name=chart_template] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Generic Chart)", run: "click" },
        { ...save[0], expectUnloadPage: true },
        { trigger: ".o_form_view [name=chart_template]" },
        back,
        open("plan"),
        { trigger: ".modal .o_field_radio label:contains(Engineering)", run: "click" },
        {
            content: "What it sets is shown before it is set",
            trigger: ".modal .o_billing_industry_preview:contains(Commissioning)",
        },
        { trigger: ".modal button[name=action_set_up]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_kanban_record:contains(Something to sell) .fa-check-circle" },
        open("customer"),
        type("name", "First Customer"),
        type("email", "first@customer.example"),
        ...save,
        back,
        open("quotation"),
        ...pick("[name=partner_id]", "First Customer"),
        { trigger: ".o_field_x2many_list_row_add a:contains(Add a product)", run: "click" },
        ...pick(".o_selected_row [name=product_template_id], .o_selected_row [name=product_id]", "Engineering project"),
        { trigger: "[name=tax_totals]:contains(60,000.00)" },
        ...save,
        { trigger: ".o_notebook a.nav-link[name=billing_schedule]", run: "click" },
        { trigger: ".tab-pane.active .o_data_row:contains(Commissioning)" },
        { trigger: "button[name=action_confirm]:visible", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)" },
    ],
});

/** Once the invoice has made itself: every step is done. */
tours.add("billing_setup_finished", {
    steps: () => [
        { trigger: ".o_kanban_record:contains(First invoice posted) .fa-check-circle" },
        { trigger: "body:not(:has(.o_billing_setup_open .btn-primary))" },
    ],
});
