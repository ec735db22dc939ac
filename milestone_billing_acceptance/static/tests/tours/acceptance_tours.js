import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Steps of signing by the name, written by the browser, as a finger draws on no screen here. */
function sign(name) {
    return [
        {
            content: "The customer writes his name",
            trigger: ".o_acceptance_answer .o_web_sign_name_input",
            run: `edit ${name}`,
        },
        {
            content: "and lets it be drawn",
            trigger: ".o_acceptance_answer .o_web_sign_auto_button",
            run: "click",
        },
        {
            content: "then signs",
            trigger: ".o_acceptance_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
    ];
}

tours.add("acceptance_on_a_phone", {
    steps: () => [
        {
            content: "The customer sees what was delivered, and nothing is cut off",
            trigger: ".o_acceptance_page h2:contains(Design)",
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > window.innerWidth) {
                    throw new Error(`The page is ${page.scrollWidth} wide, the screen ${window.innerWidth}.`);
                }
            },
        },
        {
            trigger: ".o_acceptance_page li:contains(Crane drawings)",
        },
        {
            content: "accepts it",
            trigger: ".o_accept_all",
            run: "click",
        },
        ...sign("Anna Berg"),
        {
            content: "and finds his answer there instead of the form",
            trigger: ".o_acceptance_page:contains(Anna Berg) .badge:contains(Accepted)",
        },
        {
            trigger: ".o_acceptance_page:not(:has(.o_acceptance_answer))",
        },
    ],
});

tours.add("acceptance_in_part", {
    steps: () => [
        {
            trigger: ".o_accept_part",
            run: "click",
        },
        {
            content: "Lines are offered; the customer takes the first",
            trigger: ".o_acceptance_answer .form-check-input[id^=o_line_]:first",
            run: "check",
        },
        {
            trigger: "#o_open_points",
            run: "edit The manual is missing",
        },
        ...sign("Anna Berg"),
        {
            trigger: ".o_acceptance_page:contains(The manual is missing) .badge:contains(Accepted in part)",
        },
    ],
});

tours.add("acceptance_rejected", {
    steps: () => [
        {
            trigger: ".o_reject",
            run: "click",
        },
        {
            content: "Without a reason it is not rejected",
            trigger: ".o_acceptance_answer .o_web_sign_auto_button",
            run: "click",
        },
        {
            trigger: ".o_acceptance_submit:enabled",
            run: "click",
        },
        {
            trigger: ".o_acceptance_error:contains(why)",
        },
        {
            trigger: "#o_reason",
            run: "edit The crane is missing",
        },
        {
            trigger: ".o_acceptance_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_acceptance_page:contains(The crane is missing) .badge:contains(Rejected)",
        },
    ],
});

tours.add("acceptance_asked_again", {
    steps: () => [
        {
            content: "The project manager reads why, and asks again",
            trigger: ".o_form_view .alert:contains(rejected)",
        },
        {
            trigger: "button[name=action_ask_acceptance]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=message] textarea",
            run: "edit The crane is there now",
        },
        {
            trigger: "button[name=action_send]",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Waiting for the Customer)",
        },
    ],
});
