/** The icon and the colour of where a period stands; its word comes from the server, so that colour never speaks alone. */
export const STATUSES = {
    paid: { icon: "fa-check-circle", tone: "success" },
    billed: { icon: "fa-file-text-o", tone: "success" },
    drafted: { icon: "fa-pencil-square-o", tone: "info" },
    due: { icon: "fa-hourglass-half", tone: "warning" },
    credit: { icon: "fa-undo", tone: "warning" },
    nothing: { icon: "fa-minus", tone: "secondary" },
    planned: { icon: "fa-calendar-o", tone: "secondary" },
};
