"""How an operation is described in the OpenAPI document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from core.api.problems import CONTENT_TYPE
from core.api.serializers import ProblemSerializer

F = TypeVar("F", bound=Callable[..., Any])

_MEANING = {
    400: "Something sent can't be taken: `errors` says what.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "Seen, but not to be done by you.",
    404: "For you, this does not exist.",
    409: "Its state, a newer version or a missing consent stands against it. Nothing has changed.",
    429: "Too many attempts.",
}


def operation(
    name: str,
    summary: str,
    *,
    responses: Mapping[Any, Any],
    request: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    problems: Sequence[int] = (),
    public: bool = False,
) -> Callable[[F], F]:
    """Describe the decorated handler. `problems` are its HTTP statuses of failure.

    400 is added for what sends a body or a query, 401 for what is not public.
    """
    sends = request or any(parameter.location == OpenApiParameter.QUERY for parameter in parameters)
    statuses = {*problems, *(() if public else (401,)), *((400,) if sends else ())}
    described = {
        (status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, _MEANING[status])
        for status in sorted(statuses)
    }
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=request,
        parameters=list(parameters),
        responses={**described, **responses},
        auth=[] if public else None,
    )
