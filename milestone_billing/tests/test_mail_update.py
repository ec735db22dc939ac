from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import TransactionCase, tagged

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "pre-mail_templates.py"


@tagged("post_install", "-at_install")
class TestMailUpdate(TransactionCase):
    """A database of 19.0.1.0.0 has the texts of its mails: those that nobody edited become those of this version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = spec_from_file_location("pre_mail_templates", SCRIPT)
        cls.script = module_from_spec(spec)
        spec.loader.exec_module(cls.script)

    def _put_back(self):
        """Yield each template and field as it was delivered before, with the text of now."""
        for name, fields in self.script.BEFORE.items():
            template = self.env.ref(f"milestone_billing.{name}").with_context(lang="en_US")
            for field, versions in fields.items():
                now = str(template[field])
                for parts in versions:
                    text = self.script._then(self.script._text_of_now(name, field), parts)
                    template[field] = text
                    self.env.flush_all()
                    self.assertNotEqual(str(template[field]), now)
                    yield template, field, now

    def test_texts_that_nobody_edited_become_those_of_now(self):
        for template, field, now in self._put_back():
            with self.subTest(template=template.name, field=field):
                self.script.migrate(self.env.cr, "19.0.1.0.0")
                self.assertEqual("".join(str(template[field]).split()), "".join(now.split()))

    def test_edited_texts_stay(self):
        for template, field, _now in self._put_back():
            with self.subTest(template=template.name, field=field):
                template[field] = str(template[field]).replace("object.order_id.name", "object.order_id.display_name")
                self.env.flush_all()
                edited = str(template[field])
                self.script.migrate(self.env.cr, "19.0.1.0.0")
                self.assertEqual(str(template[field]), edited)

    def test_a_template_that_was_deleted_is_not_missed(self):
        self.env.ref("milestone_billing.mail_template_blocked").unlink()
        self.script.migrate(self.env.cr, "19.0.1.0.0")
