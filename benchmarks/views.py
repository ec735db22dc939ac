"""What the web client asks the server for when a person opens a list or a form."""

import time

from lxml import etree

from odoo import SUPERUSER_ID, api

LIST_LIMIT = 80
LINES_LIMIT = 40


def open_list(registry, model, domain):
    """Read the first page of a list with the fields of its view; return milliseconds."""
    with registry.cursor() as cr:
        env = api.Environment(cr, admin(registry), {})
        description = env[model].get_views([(False, "list"), (False, "search")])
        specification = specification_of(env, model, etree.fromstring(description["views"]["list"]["arch"]))
    return timed(
        registry,
        lambda env: env[model].web_search_read(domain, specification, limit=LIST_LIMIT, count_limit=10001),
    )


def open_form(registry, model, record):
    """Read one record with everything its form shows; return milliseconds."""
    with registry.cursor() as cr:
        env = api.Environment(cr, admin(registry), {})
        description = env[model].get_views([(False, "form")])
        specification = specification_of(env, model, etree.fromstring(description["views"]["form"]["arch"]))
    return timed(registry, lambda env: env[model].browse(record).web_read(specification))


def admin(registry):
    """The administrator, who sees every field."""
    with registry.cursor() as cr:
        return api.Environment(cr, SUPERUSER_ID, {}).ref("base.user_admin").id


def timed(registry, read):
    """The milliseconds of a request with nothing cached."""
    user = admin(registry)
    start = time.perf_counter()
    with registry.cursor() as cr:
        read(api.Environment(cr, user, {}))
    return (time.perf_counter() - start) * 1000


def specification_of(env, model, arch):
    """The specification the web client makes of a view, with the lists inside it."""
    return {node.get("name"): field_specification(env, model, node) for node in fields_of(arch)}


def fields_of(arch):
    """The fields of a view that are not those of a view inside it."""
    for node in arch.iterchildren(etree.Element):
        if node.tag == "field":
            yield node
        elif node.tag not in ("groupby", "searchpanel"):
            yield from fields_of(node)


def field_specification(env, model, node):
    """What the web client asks of one field."""
    field = env[model]._fields.get(node.get("name"))
    if field is None:
        return {}
    if field.type in ("many2one", "reference"):
        return {"fields": {"display_name": {}}}
    if field.type not in ("one2many", "many2many"):
        return {}
    inner = next((child for child in node if child.tag in ("list", "kanban")), None)
    if inner is None:
        tags = node.get("widget") in ("many2many_tags", "many2many_tags_avatar", "many2many_avatar_user")
        return {"fields": {"display_name": {}}} if tags else {}
    specification = {"fields": specification_of(env, field.comodel_name, inner)}
    specification["limit"] = int(inner.get("limit") or LINES_LIMIT)
    if inner.get("default_order"):
        specification["order"] = inner.get("default_order")
    return specification
