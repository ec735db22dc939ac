import hashlib

from hypothesis import given
from hypothesis import strategies as st

from ..fingerprint import canonical, fingerprint
from .strategies import properties

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
contents = st.dictionaries(st.text(), plain, max_size=5)


@properties
@given(contents)
def test_the_order_of_keys_changes_nothing(content):
    turned = dict(reversed(content.items()))
    assert canonical(turned) == canonical(content)
    assert len(fingerprint(canonical(content))) == 64


@properties
@given(contents, contents)
def test_another_content_has_another_text(one, other):
    assert (canonical(one) == canonical(other)) == (repr_of(one) == repr_of(other))


def repr_of(value):
    """Equal for equal contents, and telling True from 1."""
    if isinstance(value, dict):
        return sorted((key, repr_of(item)) for key, item in value.items()).__repr__()
    return [repr_of(item) for item in value].__repr__() if isinstance(value, list) else repr(value)


def test_it_is_sha_256():
    assert fingerprint("Abnahme") == hashlib.sha256(b"Abnahme").hexdigest()
