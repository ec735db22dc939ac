import { deserializeDate } from "@web/core/l10n/dates";
import { formatDate, formatMonetary } from "@web/views/fields/formatters";

export function money(amount, currencyId) {
    return formatMonetary(amount, { currencyId });
}

/** A day as lists show it: in the user's format, the year left out when it is this one. */
export function day(text) {
    return text ? formatDate(deserializeDate(text)) : "";
}
