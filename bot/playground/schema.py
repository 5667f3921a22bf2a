"""The Bot API's own schema: decodes a request by it and checks requests, answers and updates against it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

SCHEMA_FILE = Path(__file__).with_name("schema.json")

ARRAY = "Array of "
UPLOAD = "InputFile"
"""The one type that never travels as JSON: a part of a multipart body, or a name for one."""
ALTERNATIVES = re.compile(r" or |, | and ")
TRUE_WORDS, FALSE_WORDS = {"true", "yes", "1"}, {"false", "no", "0"}


class Problem(NamedTuple):
    """One place where a value and the schema disagree. The server ignores what is only `unknown`."""

    where: str
    what: str
    unknown: bool = False
    missing: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Field(NamedTuple):
    """A parameter or a field: its type in the words of the documentation, e.g. `Array of MessageEntity`."""

    type: str
    required: bool
    constant: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `Type`, `Type!` or `String!=constant`, the notation of `schema.json`."""
        kind, _, constant = text.partition("=")
        return cls(kind.rstrip("!"), kind.endswith("!"), constant)


class MethodSpec(msgspec.Struct):
    """A method of `schema.json`."""

    returns: str
    parameters: dict[str, str]


class TypeSpec(msgspec.Struct):
    """A type of `schema.json`."""

    fields: dict[str, str] = {}
    subtypes: list[str] = []


class SchemaFile(msgspec.Struct):
    """`schema.json` as it lies on disk."""

    version: str
    methods: dict[str, MethodSpec]
    types: dict[str, TypeSpec]


class Method(NamedTuple):
    """A method by its documented name."""

    name: str
    returns: str
    parameters: dict[str, Field]


class Schema:
    """Methods and types of one Bot API version. Method names ignore case, as the server does."""

    def __init__(self, source: SchemaFile) -> None:
        self.version = source.version
        self._methods = {
            name.lower(): Method(name, spec.returns, _fields(spec.parameters)) for name, spec in source.methods.items()
        }
        self._fields = {name: _fields(spec.fields) for name, spec in source.types.items() if name != UPLOAD}
        self._subtypes = {name: spec.subtypes for name, spec in source.types.items() if spec.subtypes}

    def method(self, name: str) -> Method | None:
        """The method of that name, in any case."""
        return self._methods.get(name.lower())

    def methods(self) -> Iterable[Method]:
        """Every method."""
        return self._methods.values()

    def decode(self, method: Method, texts: Mapping[str, str]) -> tuple[dict[str, object], list[Problem]]:
        """Parameters as typed values, with everything that is wrong with them.

        On the wire every parameter is text; only the schema tells whether "123" is a number. What cannot be
        decoded is left out of the values.
        """
        values: dict[str, object] = {}
        problems: list[Problem] = []
        for name, text in texts.items():
            field = method.parameters.get(name)
            if field is None:
                problems.append(Problem(name, f"{method.name} has no such parameter", unknown=True))
                continue
            try:
                value = _decode(field.type, text)
            except ValueError:
                problems.append(Problem(name, f"{text[:40]!r} is no {field.type}"))
                continue
            found = self.check(field.type, value, name)
            problems += found
            if all(problem.unknown for problem in found):
                values[name] = value
        for name, field in method.parameters.items():
            if field.required and name not in texts:
                problems.append(Problem(name, "required, but missing", missing=True))
        return values, problems

    def check(self, kind: str, value: object, where: str) -> list[Problem]:
        """Everything in which `value` differs from the documented type `kind`."""
        return list(self._problems(kind, value, where))

    def _problems(self, kind: str, value: object, where: str) -> Iterator[Problem]:
        if kind.startswith(ARRAY):
            if not isinstance(value, list):
                yield Problem(where, f"{_got(value)}, takes an {kind}")
                return
            for index, item in enumerate(value):
                yield from self._problems(kind.removeprefix(ARRAY), item, f"{where}[{index}]")
        elif kinds := self._alternatives(kind):
            yield from self._best(kinds, value, where)
        elif kind in self._fields:
            yield from self._object(kind, value, where)
        elif not _is_plain(kind, value):
            yield Problem(where, f"{_got(value)}, takes {kind}")

    def _alternatives(self, kind: str) -> list[str]:
        return self._subtypes.get(kind) or _split(kind)

    def _best(self, kinds: list[str], value: object, where: str) -> Iterator[Problem]:
        """The problems with the alternative that fits best; the constants of a union rule the others out."""
        fitting = [kind for kind in kinds if self._may_be(kind, value)]
        yield from min((self.check(kind, value, where) for kind in fitting or kinds), key=len)

    def _may_be(self, kind: str, value: object) -> bool:
        if not isinstance(value, dict):
            return kind not in self._fields or kind in self._subtypes
        constants = {name: field.constant for name, field in self._fields.get(kind, {}).items() if field.constant}
        return all(value.get(name) == constant for name, constant in constants.items())

    def _object(self, kind: str, value: object, where: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(where, f"{_got(value)}, takes a {kind}")
            return
        fields = self._fields[kind]
        for name, item in value.items():
            field = fields.get(name)
            if field is None:
                yield Problem(f"{where}.{name}", f"{kind} has no such field", unknown=True)
            elif field.constant and item != field.constant:
                yield Problem(f"{where}.{name}", f"{item!r}, takes {field.constant!r}")
            else:
                yield from self._problems(field.type, item, f"{where}.{name}")
        for name, field in fields.items():
            if field.required and name not in value:
                yield Problem(f"{where}.{name}", "required, but missing", missing=True)


@cache
def load() -> Schema:
    """The schema beside this module, read once."""
    return Schema(msgspec.json.decode(SCHEMA_FILE.read_bytes(), type=SchemaFile))


def _fields(texts: Mapping[str, str]) -> dict[str, Field]:
    return {name: Field.parse(text) for name, text in texts.items()}


@cache
def _split(kind: str) -> list[str]:
    """The alternatives of "Integer or String"; none where a type stands alone."""
    names = ALTERNATIVES.split(kind)
    return names if len(names) > 1 else []


def _decode(kind: str, text: str) -> object:
    """A parameter's value; a ValueError where the text is no such value."""
    names = _split(kind) or [kind]
    if "Integer" in names and re.fullmatch(r"\s*[+-]?[0-9]+\s*", text):
        return int(text)
    if "String" in names or kind == UPLOAD:
        return text
    if kind == "Integer":
        raise ValueError(text)
    if kind == "Float":
        return float(text)
    if kind in ("Boolean", "True"):
        if (word := text.strip().lower()) in TRUE_WORDS | FALSE_WORDS:
            return word in TRUE_WORDS
        raise ValueError(text)
    return msgspec.json.decode(text)


def _is_plain(kind: str, value: object) -> bool:
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "True":
            return value is True
        case _:
            return isinstance(value, str)


def _got(value: object) -> str:
    return f"got {type(value).__name__} {str(value)[:40]!r}"
