def sort_stored_fields(env, module):
    """Return the stored fields that an addon defines, by whether people enter them.

    :param str module: name of the addon
    :return: two dictionaries, kept and entered: names of fields by name of the model. Left out are dialogs, and models
        that nobody has a right to write.
    """
    kept, entered = {}, {}
    for model in env.values():
        if model._abstract or model._transient or not _may_be_written(model):
            continue
        names = model._kept_field_names()
        for name, field in model._fields.items():
            if model._is_protected_field(field) and field._modules[0] == module:
                (kept if name in names else entered).setdefault(model._name, set()).add(name)
    return kept, entered


def _may_be_written(model):
    rights = model.env["ir.model.access"].sudo().search([("model_id.model", "=", model._name)])
    return any(right.perm_write or right.perm_create for right in rights)
