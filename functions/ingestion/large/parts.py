"""A file in parts: an S3 multipart upload, whose parts a client puts by presigned addresses.

A part that does not arrive is sent again, not the file. S3 deletes what is neither completed nor
aborted after a day (`unfinished-uploads` in the template).
"""

from typing import Any

from ingestion.large import objects

# 5 GB take more than an hour by 10 Mbit/s; the function's credentials, with which the addresses are
# signed, end in some hours
SECONDS = 6 * 3600
SMALLEST = 8 * 1_048_576  # bytes; S3 takes 5 MiB, but for the last one
# An address has some 2 KB, most of it the function's session token, and the response to a request
# with an Idempotency-Key is kept in one item of DynamoDB, of 400 KB at most
MOST = 100


def sizes(whole: int) -> list[int]:
    """The sizes of the parts of a file, in bytes."""
    size = max(SMALLEST, -(-whole // MOST))
    return [min(size, whole - start) for start in range(0, whole, size)]


def begin(key: str) -> str:
    """The id of a new upload; StoreUnavailable."""
    with objects.hurried() as s3:
        begun = s3.create_multipart_upload(Bucket=objects.bucket(), Key=key, ContentType="text/csv")
    return begun["UploadId"]


def presigned(key: str, upload_id: str, whole: int) -> dict[str, Any]:
    """Where to PUT each part, which has to be of its size, and where to POST their list."""
    return {
        "parts": [
            {
                "number": number,
                "bytes": size,
                "url": _url("upload_part", key, upload_id, PartNumber=number, ContentLength=size),
            }
            for number, size in enumerate(sizes(whole), 1)
        ],
        "complete_url": _url("complete_multipart_upload", key, upload_id),
    }


def _url(call: str, key: str, upload_id: str, **more: int) -> str:
    parameters = {"Bucket": objects.bucket(), "Key": key, "UploadId": upload_id, **more}
    return objects.client().generate_presigned_url(call, Params=parameters, ExpiresIn=SECONDS)


def abort(key: str, upload_id: str) -> None:
    """Delete the parts that are stored, and take no more; StoreUnavailable."""
    from botocore.exceptions import ClientError

    with objects.hurried() as s3:
        try:
            s3.abort_multipart_upload(Bucket=objects.bucket(), Key=key, UploadId=upload_id)
        except ClientError as error:
            # completed or aborted
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
