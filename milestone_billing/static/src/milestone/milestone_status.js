/** The icon and the colour of a status; its word comes from the server, so that colour never speaks alone. */
export const STATUSES = {
    planned: { icon: "fa-circle-o", tone: "secondary" },
    due: { icon: "fa-hourglass-half", tone: "info" },
    held: { icon: "fa-pause-circle", tone: "warning" },
    blocked: { icon: "fa-ban", tone: "warning" },
    failed: { icon: "fa-exclamation-triangle", tone: "danger" },
    partial: { icon: "fa-adjust", tone: "info" },
    drafted: { icon: "fa-pencil-square-o", tone: "info" },
    invoiced: { icon: "fa-file-text-o", tone: "success" },
    paid: { icon: "fa-check-circle", tone: "success" },
    crediting: { icon: "fa-undo", tone: "warning" },
    credited: { icon: "fa-undo", tone: "warning" },
    cancelled: { icon: "fa-times-circle", tone: "secondary" },
};

/** Whether the queue is about to bill one of these milestones. */
export function isWaiting(milestones) {
    return milestones.some((milestone) => milestone.status === "due");
}
