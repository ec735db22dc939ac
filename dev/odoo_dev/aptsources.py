"""Reads the Debian mirror this machine uses out of its own apt sources."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

APT_FOLDER = Path("/etc/apt")
DERIVED = ("-updates", "-security", "-backports", "-proposed-updates")


@dataclass(frozen=True)
class Source:
    """One archive: where it is, which suites, and the options that let apt trust it."""

    uri: str
    suites: tuple
    components: tuple
    options: tuple = ()

    @property
    def is_debian_archive(self):
        """Whether this is a full Debian archive, not a security or a third party's one."""
        path = self.uri.rstrip("/").rsplit("/", 1)[-1]
        plain = any(suite and not suite.endswith(DERIVED) and "/" not in suite for suite in self.suites)
        return path in ("debian", "debian.list") and plain and "main" in self.components

    def line(self, suite):
        """The line of a sources list for another suite of the same archive."""
        options = f" [{' '.join(f'{key}={value}' for key, value in self.options)}]" if self.options else ""
        return f"deb{options} {self.uri} {suite} main"


def debian_mirror(folder=APT_FOLDER):
    """The first full Debian archive in the machine's apt sources, or None."""
    return next((source for source in read_sources(folder) if source.is_debian_archive), None)


def read_sources(folder):
    """Every archive of binary packages named in ``sources.list`` and ``sources.list.d``."""
    parts = folder / "sources.list.d"
    lists = [folder / "sources.list", *sorted(parts.glob("*.list"))]
    for path in filter(Path.is_file, lists):
        yield from parse_one_line(path.read_text(errors="replace"))
    for path in sorted(parts.glob("*.sources")):
        yield from parse_deb822(path.read_text(errors="replace"))


def parse_one_line(text):
    """Parse the old format: ``deb [signed-by=…] URI suite component …``."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<rest>[^#]+)", line)
        words = match.group("rest").split() if match else []
        if len(words) >= 2:
            options = (option.partition("=") for option in shlex.split(match.group("options") or ""))
            yield Source(words[0], (words[1],), tuple(words[2:]), _trust({key: value for key, _eq, value in options}))


def parse_deb822(text):
    """Parse the new format: stanzas with ``Types``, ``URIs``, ``Suites``, ``Components``."""
    for stanza in re.split(r"\n\s*\n", _without_comments(text)):
        fields = _fields(stanza)
        enabled = fields.get("enabled", "yes").lower() not in ("no", "false", "0")
        if "deb" not in fields.get("types", "").split() or not enabled:
            continue
        for uri in fields.get("uris", "").split():
            suites, components = fields.get("suites", ""), fields.get("components", "")
            yield Source(uri, tuple(suites.split()), tuple(components.split()), _trust(fields))


def _without_comments(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _fields(stanza):
    """The fields of a stanza, lower-case names, continuation lines joined."""
    joined = re.sub(r"\n[ \t]+", " ", stanza)
    pairs = (line.partition(":") for line in joined.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def _trust(fields):
    """The options that say how the archive is signed; a key given inline is left to apt's own."""
    signed_by = fields.get("signed-by", "")
    options = []
    if signed_by.startswith("/"):
        options.append(("signed-by", signed_by.split()[0]))
    if fields.get("trusted", "").lower() == "yes":
        options.append(("trusted", "yes"))
    return tuple(options)
