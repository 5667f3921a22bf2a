"""Secrets out of text: the last step before a line leaves the process."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

HIDDEN = "***"
SHORTEST = 4
"""A secret of fewer characters would hide half of every text; such a one protects nothing."""
LINE = 16
"""Lines of a key of several lines are hidden one by one from this length on."""

PATTERNS = (
    r"\d{6,}(?::|%3[Aa])[\w-]{30,}",
    r"(?i:signature)[\"']?\s*[=:]\s*[\"']?[0-9a-fA-F]{64}",
    r"(?i:X-MBX-APIKEY)[\"']?\s*[,=:]\s*b?[\"']?[\w-]+",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
)
"""What is a secret by its looks: bot tokens, request signatures, key headers, private keys."""


class Redactor:
    """Replaces known secrets, in whatever form they travel, and whatever looks like one."""

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern = re.compile("|".join(PATTERNS), re.DOTALL)
        self.hide(secrets)

    def hide(self, secrets: Iterable[SecretStr]) -> None:
        """Hide these too from now on."""
        for secret in secrets:
            self._forms.update(form for form in forms(secret.get_secret_value()) if len(form) >= SHORTEST)
        exact = (re.escape(form) for form in sorted(self._forms, key=lambda form: (-len(form), form)))
        self._pattern = re.compile("|".join([*exact, *PATTERNS]), re.DOTALL)

    def clean(self, text: str) -> str:
        """The text without secrets."""
        return self._pattern.sub(HIDDEN, text)


def forms(secret: str) -> Iterator[str]:
    """The texts under which a secret shows up: itself, escaped, URL-encoded, and inside base64."""
    secret = secret.strip()
    if len(secret) < SHORTEST:
        return
    lines = [line.strip() for line in secret.splitlines()]
    for text in {secret, *(line for line in lines if len(line) >= LINE)}:
        yield text
        yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1])
        yield from (quote(text), quote(text, safe=""), quote_plus(text))
        yield from _inside_base64(text.encode())


def _inside_base64(data: bytes) -> Iterator[str]:
    """What base64 makes of the bytes wherever they begin in a longer text: the characters only they decide."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        first = (0, 2, 3)[shift]
        last = len(encoded) if (shift + len(data)) % 3 == 0 else len(encoded.rstrip("=")) - 1
        core = encoded[first:last]
        if len(core) >= 2 * SHORTEST:
            yield core
            yield core.replace("+", "-").replace("/", "_")
