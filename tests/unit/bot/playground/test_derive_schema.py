import msgspec
import pytest

from bot.playground.derive_schema import Source, derive

SOURCE = {
    "api": {"version": "10.3"},
    "items": [
        {
            "children": [
                {
                    "name": "Media",
                    "description": "One of\n - MediaPhoto",
                    "annotations": [],
                    "category": "types",
                },
                {
                    "name": "MediaPhoto",
                    "description": "A photo.",
                    "annotations": [
                        {"name": "type", "type": "String", "description": "must be photo", "required": True},
                        {"name": "width", "type": "Integer", "description": "Width", "required": False},
                    ],
                    "category": "types",
                },
                {
                    "name": "getMedia",
                    "description": "One way to return media. An Array of Media objects is returned.",
                    "annotations": [],
                    "category": "methods",
                },
            ]
        }
    ],
}  # fmt: skip


def test_the_derived_schema_keeps_types_constants_unions_and_answers() -> None:
    derived = msgspec.json.decode(derive(msgspec.convert(SOURCE, Source)))
    assert derived == {
        "version": "10.3",
        "methods": {"getMedia": {"returns": "Array of Media", "parameters": {}}},
        "types": {
            "Media": {"subtypes": ["MediaPhoto"]},
            "MediaPhoto": {"fields": {"type": "String!=photo", "width": "Integer"}},
        },
    }


def test_a_method_that_names_no_answer_is_refused() -> None:
    source = msgspec.convert(SOURCE, Source)
    source.items[0].children[2].description = "Does something."
    with pytest.raises(ValueError, match="getMedia"):
        derive(source)
