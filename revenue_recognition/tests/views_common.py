from lxml import etree

SHOWING_RECORDS = ("list", "kanban", "form", "calendar")


class ReadsViews:
    """For tests that read what views show, field by field, as the web client does."""

    def _menu_actions(self, user):
        """Return the window actions behind the menus of the app that ``user`` sees."""
        menus = self.env["ir.ui.menu"].with_user(user)
        visible = menus.browse(menus._visible_menu_ids())
        root = self.env.ref("revenue_recognition.menu_revenue_root")
        if root not in visible.sudo():
            return []
        ours = visible.filtered(lambda menu: menu.action and menu.parent_path.startswith(root.parent_path))
        actions = [menu.action.sudo() for menu in ours]
        return [action for action in actions if action._name == "ir.actions.act_window"]

    def _specification(self, node, model):
        """Return the ``web_read`` specification of the fields that a view's ``node`` shows of ``model``."""
        specification = {}
        for child in node.iterchildren(tag=etree.Element):
            field = model._fields.get(child.get("name", "")) if child.tag == "field" else None
            if field is None:
                if child.tag != "groupby":
                    specification.update(self._specification(child, model))
                continue
            specification[field.name] = {}
            if field.relational:
                names = {"display_name": {}}
                for view in child.iterchildren("list", "kanban", "form"):
                    names.update(self._specification(view, self.env[field.comodel_name]))
                specification[field.name] = {"fields": names}
        return specification

    def _form_specification(self, records):
        """Return the specification of what the form of ``records`` shows their user."""
        tree = etree.fromstring(records.get_view(view_type="form")["arch"])
        return self._specification(tree, records)

    def _read_form(self, user, records, only=lambda name: True):
        """Read what the form of ``records`` shows; return the values."""
        self.env.invalidate_all()
        own = records.with_user(user)
        specification = {name: spec for name, spec in self._form_specification(own).items() if only(name)}
        self.assertTrue(specification)
        return own.web_read(specification)

    def _read_views(self, user, action):
        """Read what the views of ``action`` show."""
        model = self.env[action.res_model].with_user(user)
        self.assertTrue(model.has_access("read"))
        self.env.invalidate_all()
        modes = action.view_mode.split(",")
        views = model.get_views([(False, mode) for mode in [*modes, "search"]])["views"]
        for mode in set(modes) & set(SHOWING_RECORDS):
            specification = self._specification(etree.fromstring(views[mode]["arch"]), model)
            found = model.web_search_read([], specification, limit=80)
            if mode == "form":
                model.browse([row["id"] for row in found["records"]]).web_read(specification)
