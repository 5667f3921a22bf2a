"""Derives `schema.json` from the Bot API schema inside aiogram's source distribution.

    pip download aiogram==3.31.0 --no-binary :all: --no-deps
    python -m bot.playground.derive_schema aiogram-3.31.0.tar.gz

Descriptions are dropped; what they alone say is kept in three places: what a method `returns`, the
`subtypes` of a union, and the constant that tells the subtypes of a union apart. A field reads `Type`,
`Type!` when it is required, and `String!=photo` when it can only hold that constant.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

import msgspec

TARGET = Path(__file__).with_name("schema.json")
SOURCE_MEMBER = ".butcher/schema/schema.json"

CONSTANT = re.compile(r"(?:always|must be) '?([a-z0-9_]+)'?$")
"""How the descriptions write a discriminator: "always 'photo'", "must be photo"."""

SENTENCE = re.compile(r"[^.]*\breturn[^.]*\.", re.IGNORECASE)
TYPE_NAME = re.compile(r"(?:Array of )?\b[A-Z]\w+")


class Annotation(msgspec.Struct):
    """A parameter of a method or a field of a type."""

    name: str
    type: str
    description: str
    required: bool


class Entity(msgspec.Struct):
    """A method or a type of the Bot API."""

    name: str
    description: str
    annotations: list[Annotation]
    category: str


class Group(msgspec.Struct):
    """A chapter of the documentation."""

    children: list[Entity]


class Release(msgspec.Struct):
    """The version of the Bot API that a schema describes."""

    version: str


class Source(msgspec.Struct):
    """The schema as aiogram carries it, without what is not used here."""

    api: Release
    items: list[Group]


class Method(msgspec.Struct):
    """A method as `schema.json` holds it."""

    returns: str
    parameters: dict[str, str]


class Type(msgspec.Struct, omit_defaults=True):
    """A type as `schema.json` holds it: `fields` or `subtypes` (neither: an opaque or empty object)."""

    fields: dict[str, str] = {}
    subtypes: list[str] = []


def field(annotation: Annotation) -> str:
    """One field in the notation of `schema.json`."""
    constant = CONSTANT.search(annotation.description) if annotation.type == "String" else None
    return annotation.type + "!" * annotation.required + (f"={constant[1]}" if constant else "")


def returns(method: Entity, types: set[str]) -> str:
    """The types that the first sentence about returning names; a ValueError where there is none."""
    for sentence in SENTENCE.findall(method.description.replace("\n", " ")):
        named = [name for name in TYPE_NAME.findall(sentence) if name.removeprefix("Array of ") in types]
        if named:
            return " or ".join(named)
    raise ValueError(f"{method.name}: no sentence of its description names what it returns")


def subtypes(entity: Entity) -> list[str]:
    """The members of a union, from the list in its description; empty for every other type."""
    if entity.annotations:
        return []
    text_or_list = "either a String for plain text" in entity.description
    plain = ["String", f"Array of {entity.name}"] if text_or_list else []
    return plain + re.findall(r"^ - (\w+)$", entity.description, re.MULTILINE)


def derive(source: Source) -> str:
    """The text of `schema.json`: one method or type a line, sorted by name."""
    entities = sorted((entity for group in source.items for entity in group.children), key=lambda e: e.name)
    known = {"True", "String", "Integer"} | {entity.name for entity in entities if entity.category == "types"}
    methods, types = [], []
    for entity in entities:
        fields = {annotation.name: field(annotation) for annotation in entity.annotations}
        body: Method | Type
        if entity.category == "methods":
            body = Method(returns=returns(entity, known), parameters=fields)
            methods.append(f"{json.dumps(entity.name)}:{msgspec.json.encode(body).decode()}")
        else:
            body = Type(fields=fields, subtypes=subtypes(entity))
            types.append(f"{json.dumps(entity.name)}:{msgspec.json.encode(body).decode()}")
    version, method_lines, type_lines = json.dumps(source.api.version), ",\n".join(methods), ",\n".join(types)
    return f'{{"version":{version},\n"methods":{{\n{method_lines}\n}},\n"types":{{\n{type_lines}\n}}}}\n'


def main(archive: Path) -> None:
    """Reads aiogram's source archive and writes `schema.json`."""
    with tarfile.open(archive) as tar:
        member = next(name for name in tar.getnames() if name.endswith(SOURCE_MEMBER))
        content = tar.extractfile(member)
        if content is None:
            raise ValueError(f"{archive}: {member} is not a file")
        TARGET.write_text(derive(msgspec.json.decode(content.read(), type=Source)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
