"""The engine gives every published figure."""

import pytest

from .. import Refusal, simulate
from .published import DECIMALS, FILES, question, read, wrong


def test_the_published_examples_are_there():
    assert len(FILES) >= 55


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_engine(path):
    scenario = read(path)
    if "expect_error" in scenario:
        with pytest.raises(Refusal) as refusal:
            simulate(question(scenario), DECIMALS)
        assert str(refusal.value).startswith(f"{scenario['expect_error']}: ")
    else:
        assert not wrong(scenario, simulate(question(scenario), DECIMALS))
