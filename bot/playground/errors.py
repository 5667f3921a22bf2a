"""How the Bot API refuses: codes, and descriptions worded as the server words them."""


class ApiError(Exception):
    """A refusal: HTTP status `code`, `description`, and `parameters` such as retry_after (seconds)."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class LinkCut(Exception):
    """The connection ends without an answer."""


def bad_request(reason: str) -> ApiError:
    """400: the request is wrong; `reason` in the server's words."""
    return ApiError(400, f"Bad Request: {reason}")


def chat_not_found() -> ApiError:
    """400: nobody of that id has ever spoken to the bot."""
    return bad_request("chat not found")


def not_modified() -> ApiError:
    """400: an edit that changes nothing."""
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same as a "
        "current content and reply markup of the message"
    )


def query_too_old() -> ApiError:
    """400: the press was answered before, or too late."""
    return bad_request("query is too old and response timeout expired or query ID is invalid")


def unauthorized() -> ApiError:
    """401: the token is not, or no longer, the bot's."""
    return ApiError(401, "Unauthorized")


def blocked() -> ApiError:
    """403: the user has blocked the bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def conflict() -> ApiError:
    """409: another getUpdates took over."""
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )


def too_many(retry_after: int) -> ApiError:
    """429: the chat's budget is spent; `retry_after` in seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def ordered(code: int, description: str | None, parameters: dict[str, int]) -> ApiError:
    """A failure on order, with the words of the server where none are given.

    From 502 on it is the gateway that fails, with a page of HTML: an empty description stands for that.
    """
    wait = parameters.get("retry_after", 1)
    words = {
        400: "Bad Request",
        401: unauthorized().description,
        403: blocked().description,
        404: "Not Found",
        409: conflict().description,
        429: too_many(wait).description,
        500: "Internal Server Error",
    }
    if code == 429:
        parameters = {**parameters, "retry_after": wait}
    usual = "" if code >= 502 else words.get(code, f"Error {code}")
    return ApiError(code, usual if description is None else description, **parameters)


def missing(parameter: str) -> ApiError:
    """400: a required parameter was not sent, or was empty."""
    reasons = {
        "chat_id": "chat_id is empty",
        "text": "message text is empty",
        "photo": "there is no photo in the request",
        "document": "there is no document in the request",
        "message_id": "message identifier is not specified",
        "message_ids": "message identifiers are not specified",
        "file_id": "file_id not specified",
        "action": "wrong parameter action in request",
    }
    return bad_request(reasons.get(parameter, f'parameter "{parameter}" is required'))
