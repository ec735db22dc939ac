/** A milestone as the server describes it, for tests. */
export function milestone(values = {}) {
    return {
        id: 1,
        name: "Design approved",
        schedule: "Plan",
        order_id: 7,
        order: "S00007",
        currency_id: 1,
        amount: 400,
        attained_percent: 0,
        billed: 0,
        planned_date: "2031-05-20",
        attained_date: "",
        status: "planned",
        label: "Planned",
        is_late: false,
        due: "Task “Design”, when it is done",
        effect: "Attaining it bills $ 400.00, untaxed. The invoice will be posted.",
        undoing: "",
        reason: "",
        remedy: "",
        holds: [],
        invoices: [],
        actions: ["attain", "open"],
        ...values,
    };
}

/** A plan as `get_billing_timeline` returns it, for tests. */
export function plan(milestones, values = {}) {
    return {
        count: milestones.length,
        before: 0,
        after: 0,
        currency_id: 1,
        order_ids: [7],
        totals: { planned: 1000, attained: 600, billed: 500, paid: 300, waiting: 100 },
        milestones,
        ...values,
    };
}

/** What a task says of one milestone, as `get_billing_preview` returns it, for tests. */
export function preview(values = {}) {
    return {
        id: 1,
        name: "Design approved",
        order_id: 7,
        order: "S00007",
        status: "planned",
        label: "Planned",
        planned_date: "",
        title: "Finishing this task bills $ 400.00",
        text: "The invoice will be posted.",
        reason: "",
        remedy: "",
        invoices: [],
        ...values,
    };
}
