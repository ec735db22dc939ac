"""What bin/demo says of what a machine lacks."""

from odoo_dev.demo import missing_for_right_to_left


def test_right_to_left_needs_a_program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "npm install -g rtlcss" in missing_for_right_to_left()
    program = tmp_path / "rtlcss"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert missing_for_right_to_left() == ""
