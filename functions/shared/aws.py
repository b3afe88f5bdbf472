"""Clients of AWS services, with time limits.

boto3 takes longer to import than the rest of a function: it is imported with the first client.
"""

from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_stepfunctions import SFNClient


@overload
def make_client(service: Literal["dynamodb"], **config: Any) -> "DynamoDBClient": ...
@overload
def make_client(service: Literal["s3"], **config: Any) -> "S3Client": ...
@overload
def make_client(service: Literal["sns"], **config: Any) -> "SNSClient": ...
@overload
def make_client(service: Literal["stepfunctions"], **config: Any) -> "SFNClient": ...
@overload
# of the hook alone, for which there is no need of types
def make_client(service: Literal["codedeploy", "lambda"], **config: Any) -> Any: ...


def make_client(
    service: str,
    *,
    connect_timeout: float = 3,
    read_timeout: float = 10,
    attempts: int = 3,
    **config: Any,
) -> Any:
    """A new client; `attempts` are those of a call, `config` more of botocore.config.Config."""
    import boto3
    from botocore.config import Config

    limits = Config(
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        **config,
    )
    # a session of its own: the default one is not for threads
    return boto3.Session().client(service, config=limits)  # type: ignore[call-overload]
