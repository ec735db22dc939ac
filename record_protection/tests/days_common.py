"""For tests of how an addon's screens write days."""

from lxml import etree

#: Parts of screens in which the client writes periods, or nothing.
ELSEWHERE = {"search", "pivot", "graph", "calendar", "activity"}
#: A day as the time until it.
RELATIVE = "remaining_days"


def days_written_otherwise(env, module):
    """Return the days in the views of a module that are not written in the format of the reader's language.

    Sentences write days in that format (11/22/2026). In lists and forms the client has a short form of its own
    (Nov 22), unless the view says ``numeric``: side by side they are two ways to write a day.

    :param str module: the name of an addon
    :return: texts, each with the name of a view and a field
    """
    rows = env["ir.model.data"].search([("module", "=", module), ("model", "=", "ir.ui.view")])
    found = []
    for view in env["ir.ui.view"].browse(rows.mapped("res_id")).filtered("model"):
        tree = etree.fromstring(view.arch)
        for node in tree.iter("field"):
            if node.get("position") or node.get("column_invisible") == "1" or node.get("widget") == RELATIVE:
                continue
            if tree.tag in ELSEWHERE or ELSEWHERE & {parent.tag for parent in node.iterancestors()}:
                continue
            model = env.get(_model_of(node, env, view.model))
            field = model is not None and model._fields.get(node.get("name"))
            if field and field.type == "date" and field._module == module and "numeric" not in node.get("options", ""):
                found.append(f"{view.xml_id}: {node.get('name')}")
    return found


def _model_of(node, env, model):
    """Return the name of the model that a node of a view of ``model`` shows: that of the list it stands in."""
    for parent in reversed(list(node.iterancestors("field"))):
        field = env[model]._fields.get(parent.get("name")) if model in env else None
        model = field.comodel_name if field and field.relational else model
    return model
