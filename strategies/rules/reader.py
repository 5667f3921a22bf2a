"""From JSON values to the Structs of the schema, collecting every mistake on the way."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Literal, get_args, get_origin

import msgspec

from strategies.params import listed, shown
from strategies.rules.allowed import REST, allowed, fields, keys, members, tag, unfold
from strategies.rules.errors import Code, RuleError, below
from strategies.rules.schema import Nest, Node

DEEPEST = 5
"""Conditions or operands that may stand in one another."""


class Bad:
    """Stands for a value that was refused; the mistakes are noted already."""


BAD = Bad()
Judge = Callable[[Node, str], Iterable[RuleError]]
"""(a well-formed object, its pointer) -> what is wrong with its meaning."""


class Reader:
    """Reads one file. `errors` grows in the order of the schema; the values it returns hold no mistake."""

    def __init__(self, judge: Judge, absent: Mapping[str, Code]) -> None:
        """`absent` gives the code of a missing key where that is not `dsl_type`."""
        self.errors: list[RuleError] = []
        self._judge = judge
        self._absent = absent

    def refuse(self, code: Code, pointer: str, text: str) -> Bad:
        """Note a mistake."""
        self.errors.append(RuleError(code, pointer, text))
        return BAD

    def read(self, kind: Any, value: object, pointer: str, depth: int = 0) -> object:
        """`value` as `kind`, or BAD."""
        union = list(members(kind))
        if len(union) > 1:
            return self._one_of(kind, union, value, pointer, depth)
        inner, meta = unfold(union[0])
        origin = get_origin(inner)
        if origin is tuple:
            return self._list(kind, get_args(inner)[0], meta, value, pointer, depth)
        if origin is dict:
            return self._mapping(kind, get_args(inner)[1], value, pointer)
        if origin is not Literal and issubclass(inner, msgspec.Struct):
            return self._object(inner, value, pointer, depth)
        return self._leaf(union[0], value, pointer)

    def _one_of(self, kind: Any, union: list[Any], value: object, pointer: str, depth: int) -> object:
        flat = {id(one): unfold(one)[0] for one in union}
        structs = [inner for inner in flat.values() if isinstance(inner, type) and issubclass(inner, msgspec.Struct)]
        if isinstance(value, dict) and structs:
            return self._choose(kind, structs, value, pointer, depth)
        for one in union:
            is_list = get_origin(flat[id(one)]) is tuple
            if is_list == isinstance(value, list) and flat[id(one)] not in structs and _fits(one, value):
                return self.read(one, value, pointer, depth)
        return self.refuse("dsl_type", pointer, f"takes {allowed(kind)}.")

    def _choose(
        self, kind: Any, structs: list[type[msgspec.Struct]], value: dict[str, object], pointer: str, depth: int
    ) -> object:
        tags = {tag(one): one for one in structs if tag(one)}
        for one in structs:
            if tag(one) is None and next(iter(fields(one))) in value:
                return self._object(one, value, pointer, depth)
        if not tags or "type" not in value:
            return self.refuse("dsl_type", pointer, f"takes {allowed(kind)}.")
        named = value["type"]
        if not isinstance(named, str) or named not in tags:
            return self.refuse("dsl_type", below(pointer, "type"), f"takes {listed([str(t) for t in tags], 'or')}.")
        return self._object(tags[named], value, pointer, depth)

    def _object(self, kind: type[msgspec.Struct], value: object, pointer: str, depth: int) -> object:
        if not isinstance(value, dict):
            return self.refuse("dsl_type", pointer, f"takes an object with {listed(keys(kind))}.")
        depth = depth + 1 if issubclass(kind, Nest) else depth if REST in fields(kind) else 0
        if depth > DEEPEST:
            return self.refuse("dsl_too_large", pointer, f"stands in more than {DEEPEST} others; at most {DEEPEST} do.")
        before = len(self.errors)
        values = self.values(kind, value, pointer, depth)
        missing = any(field.required and field.name not in values for field in fields(kind).values())
        if missing or BAD in values.values():
            return BAD
        made = kind(**values)
        self.errors += self._judge(made, pointer) if isinstance(made, Node) else ()
        return made if len(self.errors) == before else BAD

    def values(
        self, kind: type[msgspec.Struct], value: dict[str, object], pointer: str, depth: int
    ) -> dict[str, object]:
        """What each field of the Struct gets, BAD where it was refused; keys it does not know are refused too."""
        known = fields(kind)
        values: dict[str, object] = {}
        rest = {key: one for key, one in value.items() if key not in keys(kind)}
        for name, field in known.items():
            if name == REST:
                values[field.name] = self.read(field.type, rest, pointer, depth)
            elif name in value:
                values[field.name] = self.read(field.type, value[name], below(pointer, name), depth)
            elif field.required:
                code = self._absent.get(name, "dsl_type")
                self.refuse(code, below(pointer, name), f"is missing; it takes {allowed(field.type)}.")
        if REST not in known:
            for key in rest:
                text = f"{shown(key)} is not known here; known are {listed(keys(kind))}."
                self.refuse("dsl_unknown_key", below(pointer, key), text)
        return values

    def _mapping(self, kind: Any, of: Any, value: object, pointer: str) -> object:
        if not isinstance(value, dict):
            return self.refuse("dsl_type", pointer, f"is {_show(value)}, but it takes {allowed(kind)}.")
        found = {key: self.read(of, one, below(pointer, key)) for key, one in value.items()}
        return BAD if BAD in found.values() else found

    def _list(self, kind: Any, of: Any, meta: msgspec.Meta | None, value: object, pointer: str, depth: int) -> object:
        if not isinstance(value, list):
            return self.refuse("dsl_type", pointer, f"takes {allowed(kind)}.")
        found = [self.read(of, one, below(pointer, i), depth) for i, one in enumerate(value)]
        least, most = (meta.min_length or 0, meta.max_length) if meta else (0, None)
        if len(value) < least or (most is not None and len(value) > most):
            return self.refuse("dsl_range", pointer, f"has {len(value)} entries, but it takes {allowed(kind)}.")
        return BAD if BAD in found else tuple(found)

    def _leaf(self, kind: Any, value: object, pointer: str) -> object:
        inner, meta = unfold(kind)
        try:
            plain: object = msgspec.convert(value, inner)
        except (msgspec.ValidationError, OverflowError):
            return self.refuse("dsl_type", pointer, f"is {_show(value)}, but it takes {allowed(kind)}.")
        if isinstance(plain, float) and not isfinite(plain):
            return self.refuse("dsl_range", pointer, f"is {_show(value)}, but it takes {allowed(kind)}.")
        if meta is not None:
            try:
                msgspec.convert(plain, kind)
            except msgspec.ValidationError:
                code: Code = "dsl_type" if meta.pattern else "dsl_range"
                return self.refuse(code, pointer, f"is {_show(value)}, but it takes {allowed(kind)}.")
        return plain


def _fits(kind: Any, value: object) -> bool:
    """Of several plain types: whether the value has this one."""
    if isinstance(value, list):
        return True
    try:
        msgspec.convert(value, unfold(kind)[0])
    except (msgspec.ValidationError, OverflowError):
        return False
    return True


def _show(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return shown(str(value))
