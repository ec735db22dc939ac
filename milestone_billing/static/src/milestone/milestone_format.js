import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatMonetary } from "@web/views/fields/formatters";

export function money(amount, currencyId) {
    return formatMonetary(amount, { currencyId });
}

/** A day as the sentences beside it write it: in the format of the user's language, with its year. */
export function day(text) {
    return text ? formatDate(deserializeDate(text)) : "";
}
