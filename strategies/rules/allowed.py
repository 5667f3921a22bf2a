"""What a place of a strategy file takes, in words, from the types of the schema."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

import msgspec
from msgspec import Meta, UnsetType

from strategies.params import listed

REST = "*"
"""Name of the field that takes the object without its other keys."""


def unfold(kind: Any) -> tuple[Any, Meta | None]:
    """The type under aliases and annotations, and what the annotation asks."""
    meta = None
    while True:
        if isinstance(kind, TypeAliasType):
            kind = kind.__value__
        elif get_origin(kind) is Annotated:
            kind, *notes = get_args(kind)
            meta = next((note for note in notes if isinstance(note, Meta)), meta)
        else:
            return kind, meta


def members(kind: Any) -> Iterator[Any]:
    """The alternatives of a union, flat, without `absent`; a type that is no union is its only one."""
    inner, _ = unfold(kind)
    if get_origin(inner) in (Union, UnionType):
        for one in get_args(inner):
            if one not in (NoneType, UnsetType):
                yield from members(one)
    else:
        yield kind


def fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """A Struct's fields by the names they have in the file."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def tag(kind: type[msgspec.Struct]) -> str | None:
    """Its `type` in the file, None when it is told by its first key."""
    found = kind.__struct_config__.tag
    return found if isinstance(found, str) else None


def keys(kind: type[msgspec.Struct]) -> list[str]:
    """The keys an object of this kind may have."""
    named = [name for name in fields(kind) if name != REST]
    return named if tag(kind) is None else ["type", *named]


def allowed(kind: Any) -> str:
    """A phrase such as `a whole number from 1 to 100`, `long, short or both`."""
    return listed(list(dict.fromkeys(_phrases(kind))), last="or")


def _phrases(kind: Any) -> Iterator[str]:
    for one in members(kind):
        inner, meta = unfold(one)
        if get_origin(inner) is Literal:
            yield from (str(value) for value in get_args(inner))
        elif get_origin(inner) is tuple:
            yield f"a list{_length(meta)}"
        elif get_origin(inner) is dict:
            yield "an object"
        elif issubclass(inner, msgspec.Struct):
            own = tag(inner)
            names = fields(inner)
            first = next(iter(names), "")
            yield "an object" if REST in names else f'{{"type": "{own}", ..}}' if own else f'{{"{first}": ..}}'
        elif inner is bool:
            yield "true or false"
        elif inner is str:
            yield (meta and meta.description) or f"text{_length(meta)}"
        else:
            yield ("a whole number" if inner is int else "a number") + _range(meta)


def _length(meta: Meta | None) -> str:
    match meta and meta.min_length, meta and meta.max_length:
        case None, None:
            return ""
        case None, most:
            return f" of at most {most} characters"
        case least, None:
            return f" of at least {least}"
        case least, most:
            return f" of {least}" if least == most else f" of {least} to {most}"


def _range(meta: Meta | None) -> str:
    if meta is None:
        return ""
    if meta.gt is not None:
        return f" above {meta.gt:g}"
    if meta.ge is not None and meta.le is not None:
        return f" from {meta.ge:g} to {meta.le:g}"
    return ""
