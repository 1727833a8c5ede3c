"""Errors as RFC 9457 problem details, in Chinese or English, never echoing what was sent."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared import errors
from shared.errors import AppError, Language
from shared.http.context import current_request

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "https://liandong.invalid/problems/"

STATUS: Final[Mapping[type[AppError], HTTPStatus]] = {
    errors.MalformedRequest: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.RuleViolation: HTTPStatus.CONFLICT,
    errors.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UpstreamRefused: HTTPStatus.BAD_GATEWAY,
    AppError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# pydantic's error types as an office worker would say them; anything else is `其他`.
FIELD_ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("未知字段", "is not a known field"),
    "string_too_short": ("内容过短", "is too short"),
    "string_too_long": ("内容过长", "is too long"),
    "string_type": ("应为文本", "must be text"),
    "string_pattern_mismatch": ("格式不符", "has the wrong form"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "greater_than": ("数值过小", "is too small"),
    "greater_than_equal": ("数值过小", "is too small"),
    "less_than": ("数值过大", "is too large"),
    "less_than_equal": ("数值过大", "is too large"),
    "finite_number": ("应为有限数值", "must be finite"),
    "bool_type": ("应为是或否", "must be true or false"),
    "enum": ("不在允许的取值之内", "is not one of the allowed values"),
    "literal_error": ("不在允许的取值之内", "is not one of the allowed values"),
    "uuid_parsing": ("应为 UUID", "must be a UUID"),
    "uuid_type": ("应为 UUID", "must be a UUID"),
    "timezone_aware": ("时间必须带时区", "needs a time zone"),
    "datetime_parsing": ("应为 RFC 3339 时间", "must be an RFC 3339 instant"),
    "datetime_from_date_parsing": ("应为 RFC 3339 时间", "must be an RFC 3339 instant"),
    "date_parsing": ("应为日期", "must be a date"),
    "date_from_datetime_parsing": ("应为日期", "must be a date"),
    "list_type": ("应为列表", "must be a list"),
    "too_short": ("条目过少", "has too few entries"),
    "too_long": ("条目过多", "has too many entries"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "unsafe_text": ("含有不允许的字符", "holds characters that are not allowed"),
    "implausible_time": ("时间不合理", "is not a plausible time"),
    "shares_mismatch": ("份额与所列区划不一致", "must name exactly the divisions"),
    "doubled_division": ("区划重复", "names a division twice"),
    "source_mismatch": ("来源与外部编号须同时提供", "needs both source and outside_number"),
    "account_mismatch": ("账号与姓名须同时提供", "needs both account_id and account_name"),
    "unknown_division": ("不是有效的行政区划代码", "is not a division code"),
}


def language_of(headers: Mapping[str, str]) -> Language:
    """English where the caller asks for it first, else Chinese."""
    first = headers.get("accept-language", "").split(",")[0].strip().lower()
    return Language.EN if first.startswith("en") else Language.ZH


def status_of(error: AppError) -> HTTPStatus:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def body_of(
    error: AppError,
    *,
    language: Language,
    status: HTTPStatus,
    field_errors: Sequence[Mapping[str, str]] = (),
) -> bytes:
    """The problem document of an error."""
    document: dict[str, Any] = {
        "type": TYPE_BASE + error.code.replace("_", "-"),
        "title": status.phrase if language is Language.EN else TITLES.get(status, "请求未能完成"),
        "status": status.value,
        "detail": error.message(language),
        "code": error.code,
        "request_id": current_request().request_id,
    }
    if field_errors:
        document["errors"] = field_errors
    if allowed := error.context.get("allowed"):
        document["allowed"] = allowed
    return orjson.dumps(document)


TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "请求格式错误",
    HTTPStatus.UNAUTHORIZED: "未认证",
    HTTPStatus.FORBIDDEN: "无权操作",
    HTTPStatus.NOT_FOUND: "未找到",
    HTTPStatus.METHOD_NOT_ALLOWED: "不支持的方法",
    HTTPStatus.CONFLICT: "与当前状态冲突",
    HTTPStatus.PRECONDITION_FAILED: "版本已过期",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "请求过大",
    HTTPStatus.UNPROCESSABLE_ENTITY: "请求内容不符合要求",
    HTTPStatus.PRECONDITION_REQUIRED: "缺少前提条件",
    HTTPStatus.TOO_MANY_REQUESTS: "请求过于频繁",
    HTTPStatus.SERVICE_UNAVAILABLE: "服务暂不可用",
    HTTPStatus.BAD_GATEWAY: "依赖的服务未能完成",
    HTTPStatus.INTERNAL_SERVER_ERROR: "服务内部错误",
}

RETRY_AFTER_S: Final = "2"
# A megabyte of wrong fields need not be answered one by one.
MOST_FIELD_ERRORS: Final = 50


def problem(
    error: AppError,
    headers: Mapping[str, str],
    *,
    status: HTTPStatus | None = None,
    field_errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """An error as the answer to a request with these headers."""
    status = status or status_of(error)
    extra = {"Vary": "Accept-Language"}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        extra["Retry-After"] = RETRY_AFTER_S
    if status is HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    return Response(
        body_of(error, language=language_of(headers), status=status, field_errors=field_errors),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=extra,
    )


def _pointer(location: Sequence[str | int]) -> str:
    """A JSON pointer into the body, or the parameter's name."""
    place, *path = location
    if place == "body":
        return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    return "/".join(str(step) for step in path)


def _field_error(error: Mapping[str, Any], language: Language) -> dict[str, str]:
    kind = str(error["type"])
    zh, en = FIELD_ERRORS.get(kind, ("不符合要求", "is not valid"))
    return {
        "pointer": _pointer(error["loc"]),
        "code": kind,
        "detail": en if language is Language.EN else zh,
    }


async def _on_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 -- registered for this type only
    field_errors = []
    if isinstance(error, errors.InvalidInput) and error.pointer:
        detail = error.message(language_of(request.headers))
        field_errors = [{"pointer": error.pointer, "code": error.code, "detail": detail}]
    return problem(error, request.headers, field_errors=field_errors)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this type only
    language = language_of(request.headers)
    found = [_field_error(each, language) for each in error.errors()[:MOST_FIELD_ERRORS]]
    if any(each["code"] == "json_invalid" for each in found):
        return problem(errors.MalformedRequest(reason="JSON"), request.headers, field_errors=found)
    reason = "; ".join(f"{each['pointer']} {each['detail']}" for each in found[:5])
    return problem(errors.InvalidInput(reason=reason), request.headers, field_errors=found)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this type only
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return problem(errors.NotFound(what=request.url.path), request.headers)
    response = problem(
        errors.MalformedRequest(reason=status.phrase), request.headers, status=status
    )
    response.headers.update(error.headers or {})
    return response


async def _on_anything(request: Request, error: Exception) -> Response:
    log.error("unhandled", exc_info=error)
    response = problem(AppError(), request.headers)
    # Answered outside of all middleware, also of the one that sets this header.
    response.headers["X-Request-Id"] = current_request().request_id
    return response


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_anything)
