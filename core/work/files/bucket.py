"""The store in a bucket that speaks S3: Amazon's, MinIO, Ceph, or a ministry's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

from core.config import SettingError, Settings
from core.work.files.store import Kept, away, missing

GONE = {"NoSuchKey", "404", "NotFound"}
PATIENCE = 10
"""Seconds until a bucket that does not answer counts as away."""


class BucketStore:
    """Files under keys `<prefix><CODE>/ab/<name>`; `client` is boto3's."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self.client, self.bucket, self.prefix = client, bucket, prefix

    def put(self, code: str, name: str, data: bytes) -> None:
        """S3 answers when the whole object lies safely."""
        with _reached():
            self.client.put_object(Bucket=self.bucket, Key=self._key(code, name), Body=data)

    def open(self, code: str, name: str) -> BinaryIO:
        """The object's body, read as it comes; each reading may raise Unavailable too."""
        with _reached():
            found = self.client.get_object(Bucket=self.bucket, Key=self._key(code, name))
        return cast(BinaryIO, _Body(found["Body"]))

    def delete(self, code: str, name: str) -> None:
        """Remove the object."""
        with _reached():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(code, name))

    def files(self, code: str) -> Iterator[Kept]:
        """Every object of the governorate, a thousand a question."""
        pages = self.client.get_paginator("list_objects_v2")
        with _reached():
            for page in pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{code}/"):
                for one in page.get("Contents", ()):
                    yield Kept(one["Key"].rpartition("/")[2], one["Size"], one["LastModified"])

    def _key(self, code: str, name: str) -> str:
        return f"{self.prefix}{code}/{name[:2]}/{name}"


class _Body:
    """An object on its way; a bucket that breaks off in the middle is away like one that never began."""

    def __init__(self, body: Any) -> None:
        self.body, self.close = body, body.close

    def read(self, size: int | None = None) -> bytes:
        """So many bytes, or all that are left."""
        with _reached():
            return cast(bytes, self.body.read(size))

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_bucket(settings: Settings) -> BucketStore:
    """The store at DIWAN_ATTACHMENTS_URL: `s3://bucket/prefix?endpoint=https://...&region=...`.

    Without DIWAN_S3_ACCESS_KEY boto3 looks where it always does (a machine's own role). Raises
    SettingError for another kind of address, or where boto3 is not installed.
    """
    address = urlsplit(settings.attachments_url or "")
    if address.scheme != "s3" or not address.hostname:
        raise SettingError("DIWAN_ATTACHMENTS_URL must be like s3://bucket/prefix?endpoint=https://host")
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise SettingError("DIWAN_ATTACHMENTS_URL needs boto3: pip install diwan[s3]") from error
    asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=asked.get("endpoint"),
        region_name=asked.get("region", "us-east-1"),
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key,
        config=Config(
            connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"total_max_attempts": 2},
            s3={"addressing_style": "path"} if "endpoint" in asked else {},
        ),
    )  # fmt: skip
    prefix = address.path.strip("/")
    return BucketStore(client, address.hostname, f"{prefix}/" if prefix else "")


@contextmanager
def _reached() -> Iterator[None]:
    """Botocore's failures as ours: an object that is not there is missing, all else is away."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise missing() if error.response.get("Error", {}).get("Code") in GONE else away() from error
    except BotoCoreError as error:
        raise away() from error
