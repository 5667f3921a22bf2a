import typing
from types import UnionType

import aiogram.methods
import aiogram.types
import pytest
from aiogram.methods import TelegramMethod

from bot.playground.schema import Schema, load

DEPRECATED = {
    "allow_sending_without_reply",
    "callback_query_id",
    "correct_option_id",
    "disable_web_page_preview",
    "exclude_limited",
    "receiver_user_id",
    "reply_to_message_id",
    "sticker_format",
    "switch_pm_parameter",
    "switch_pm_text",
}
"""Parameters that aiogram still knows, but the Bot API 10.3 does not."""

PLAIN = {bool: "True", str: "String", int: "Integer"}


@pytest.fixture
def schema() -> Schema:
    return load()


def aiogram_methods() -> dict[str, type[TelegramMethod[object]]]:
    classes = [found for found in vars(aiogram.methods).values() if isinstance(found, type)]
    named = [found for found in classes if issubclass(found, TelegramMethod) and found is not TelegramMethod]
    return {found.__api_method__: found for found in named}


def documented(answer: object) -> str:
    """An annotation of aiogram's in the words of the documentation."""
    if typing.get_origin(answer) is list:
        return f"Array of {documented(typing.get_args(answer)[0])}"
    if isinstance(answer, UnionType) or typing.get_origin(answer) is typing.Union:
        return " or ".join(documented(alternative) for alternative in typing.get_args(answer))
    assert isinstance(answer, type)
    return PLAIN.get(answer, answer.__name__)


def test_it_is_the_schema_of_bot_api_10_3_whole(schema: Schema) -> None:
    assert schema.version == "10.3"
    assert {method.name for method in schema.methods()} == set(aiogram_methods())


def test_every_method_has_the_parameters_that_aiogram_gives_it(schema: Schema) -> None:
    for name, model in aiogram_methods().items():
        method = schema.method(name)
        assert method
        assert set(model.model_fields) - DEPRECATED == set(method.parameters) - DEPRECATED, name
        required = {key for key, field in method.parameters.items() if field.required}
        assert {key for key, field in model.model_fields.items() if field.is_required()} <= required, name


def test_every_method_answers_what_aiogram_expects(schema: Schema) -> None:
    unions = {
        documented(aiogram.methods.GetChatMember.__returning__): "ChatMember",
        documented(aiogram.methods.GetChatMenuButton.__returning__): "MenuButton",
    }
    for name, model in aiogram_methods().items():
        method = schema.method(name)
        assert method
        expected = documented(model.__returning__)
        for spelled_out, union in unions.items():
            expected = expected.replace(spelled_out, union)
        assert method.returns == expected, name


def test_required_fields_of_answers_are_those_of_the_documentation(schema: Schema) -> None:
    required = {
        "User": {"id", "is_bot", "first_name"},
        "Chat": {"id", "type"},
        "Message": {"message_id", "date", "chat"},
        "CallbackQuery": {"id", "from", "chat_instance"},
        "PhotoSize": {"file_id", "file_unique_id", "width", "height"},
        "Document": {"file_id", "file_unique_id"},
    }
    for kind, fields in required.items():
        missing = {problem.where.removeprefix("x.") for problem in schema.check(kind, {}, "x") if problem.missing}
        assert missing == fields


def test_digits_are_text_where_the_schema_says_string_and_a_number_where_it_says_integer(
    schema: Schema,
) -> None:
    method = schema.method("SENDmessage")
    assert method
    values, problems = schema.decode(method, {"chat_id": "1001", "text": "123", "disable_notification": "true"})
    assert values == {"chat_id": 1001, "text": "123", "disable_notification": True}
    assert problems == []


@pytest.mark.parametrize(
    ("parameter", "text", "where", "unknown"),
    [
        ("colour", "red", "colour", True),
        ("protect_content", "perhaps", "protect_content", False),
        ("entities", "{", "entities", False),
        ("entities", '[{"type":"bold","offset":0}]', "entities[0].length", False),
        ("entities", '[{"type":"bold","offset":"0","length":1}]', "entities[0].offset", False),
        ("reply_markup", '{"inline_keyboard":[{}]}', "reply_markup.inline_keyboard[0]", False),
        ("link_preview_options", '{"colour":"red"}', "link_preview_options.colour", True),
    ],
)
def test_what_is_wrong_is_named_by_its_path(
    schema: Schema, parameter: str, text: str, where: str, unknown: bool
) -> None:
    method = schema.method("sendMessage")
    assert method
    _, problems = schema.decode(method, {"chat_id": "1", "text": "hi", parameter: text})
    assert [(problem.where, problem.unknown) for problem in problems] == [(where, unknown)]


def test_a_required_parameter_that_was_not_sent_is_missing(schema: Schema) -> None:
    method = schema.method("sendMessage")
    assert method
    _, problems = schema.decode(method, {"text": "hi"})
    assert [(problem.where, problem.missing) for problem in problems] == [("chat_id", True)]


def test_the_constant_of_a_union_tells_which_member_is_meant(schema: Schema) -> None:
    method = schema.method("sendMediaGroup")
    assert method
    kind = method.parameters["media"].type
    assert schema.check(kind, [{"type": "photo", "media": "x", "has_spoiler": True}], "media") == []
    found = schema.check(kind, [{"type": "document", "media": "x", "has_spoiler": True}], "media")
    assert [problem.where for problem in found] == ["media[0].has_spoiler"]


def test_a_rich_text_is_a_string_a_list_or_one_of_its_members(schema: Schema) -> None:
    assert schema.check("RichText", ["a", {"type": "bold", "text": "b"}], "x") == []
    assert schema.check("RichText", 5, "x")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Integer", True), ("Boolean", 1), ("True", False), ("String", 5), ("Float", "1")],
)
def test_a_value_of_another_plain_type_is_a_problem(schema: Schema, kind: str, value: object) -> None:
    assert [problem.where for problem in schema.check(kind, value, "x")] == ["x"]


def test_unknown_methods_are_unknown(schema: Schema) -> None:
    assert schema.method("sendMoney") is None
