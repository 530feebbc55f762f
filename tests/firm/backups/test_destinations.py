"""Backups in folders and in a bucket, and uploads in one, on a real server of that protocol on loopback."""

import re

import boto3
import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.db import connection
from moto.server import ThreadedMotoServer
from wagtail.documents import get_document_model

from firm.backups import destinations
from firm.models import FirmImage
from firm.pages.renditions import ROLES, prepare
from firm.settings.environment import Environment
from firm.settings.media import media_storage
from firm.uploads.s3 import Bucket
from tests import factories
from tests.firm.backups.conftest import run

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def buckets(endpoint, installations, monkeypatch, settings):
    """The installations with their uploads in a bucket, and another one for backups; ``buckets.client`` asks it."""
    for name, value in {"S3_BUCKET": "uploads", "AWS_ENDPOINT_URL_S3": endpoint, **KEYS}.items():
        monkeypatch.setenv(name, value)
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)
    installations.client = boto3.client("s3")
    for name in ("uploads", "backups"):
        installations.client.create_bucket(Bucket=name)
    storage, settings.MEDIA_ORIGINS = media_storage(Environment())
    settings.STORAGES = settings.STORAGES | {"default": storage}
    factories.HomePageFactory()
    get_document_model().objects.create(title="Will", file=ContentFile(b"confidential" * 50_000, name="will.txt"))
    return installations


def test_a_folder_keeps_the_newest(installations, monkeypatch):
    folder = installations.folder / "kept"
    (folder / "sub").mkdir(parents=True)
    (folder / "other.txt").write_text("mine")
    for day in (1, 2, 3):
        monkeypatch.setattr(destinations, "dated_name", lambda day=day: f"backup-2026010{day}T000000Z.tar.gz.age")
        said = run("backup", folder, keep=2)
    assert "Deleted backup-20260101T000000Z.tar.gz.age" in said
    left = {path.name for path in folder.iterdir()}
    assert left == {
        "backup-20260102T000000Z.tar.gz.age",
        "backup-20260103T000000Z.tar.gz.age",
        "other.txt",
        "sub",
    }


@pytest.mark.parametrize("dest", ["one", "missing/one"])
def test_a_file_is_never_replaced_and_a_missing_folder_is_named(installations, dest):
    (installations.folder / "one").write_bytes(b"mine")
    with pytest.raises(CommandError, match=r"exists; give another|There is no folder"):
        run("backup", installations.folder / dest)
    assert (installations.folder / "one").read_bytes() == b"mine"


def test_keeping_some_needs_a_folder(installations):
    with pytest.raises(CommandError, match="--keep needs a folder"):
        run("backup", installations.folder / "one", keep=2)
    assert not (installations.folder / "one").exists()


def test_the_standard_output_gets_the_backup_alone(installations, capfdbinary):
    factories.HomePageFactory()
    call_command("backup", "-")
    (installations.folder / "piped").write_bytes(capfdbinary.readouterr().out)
    assert "Whole" in run("verify_backup", installations.folder / "piped", identity=str(installations.identity))


def names(buckets, bucket: str) -> list[str]:
    return [entry["Key"] for entry in buckets.client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_uploads_and_backup_in_buckets_come_back(buckets):
    said = run("backup", "s3://backups/nightly/")
    (key,) = names(buckets, "backups")
    assert f"s3://backups/{key}: " in said
    assert b"confidential" not in buckets.client.get_object(Bucket="backups", Key=key)["Body"].read()
    assert not list(buckets.folder.rglob(".backup-*"))
    (upload,) = names(buckets, "uploads")
    buckets.client.delete_object(Bucket="uploads", Key=upload)
    buckets.move()
    run("restore", f"s3://backups/{key}", identity=str(buckets.identity))
    assert names(buckets, "uploads") == [upload]
    assert get_document_model().objects.get().file.read() == b"confidential" * 50_000
    assert not list(buckets.folder.rglob(".backup-*"))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.fixture
def pictured(buckets):
    """The uploads are a document, a picture and its sizes; returns the installations."""
    picture = factories.ImageFactory(title="Court", size=(900, 600))
    assert prepare(picture, ["card"])
    assert len(names(buckets, "uploads")) > 3
    assert isinstance(storages["default"], Bucket)
    return buckets


def test_every_upload_comes_back_as_the_site_keeps_it(pictured):
    run("backup", "s3://backups/one.tar.gz.age")
    before = {name: default_storage.open(name).read() for name in names(pictured, "uploads")}
    for name in before:
        pictured.client.delete_object(Bucket="uploads", Key=name)
    pictured.move()
    run("restore", "s3://backups/one.tar.gz.age", identity=str(pictured.identity))
    assert {name: default_storage.open(name).read() for name in names(pictured, "uploads")} == before
    picture = FirmImage.objects.get(title="Court")
    shown = [variant.path for made in picture.ready(ROLES["card"]).values() for variant in made]
    for name in [picture.file.name, *shown]:
        head = pictured.client.head_object(Bucket="uploads", Key=name)
        assert head["CacheControl"] == "public, max-age=31536000, immutable", name
        assert head["ContentType"].startswith("image/")
    document = get_document_model().objects.get()
    assert pictured.client.head_object(Bucket="uploads", Key=document.file.name)["CacheControl"] == "private, no-store"


@pytest.mark.parametrize("folder", ["documents/", "original_images/", "images/"])
def test_a_flipped_byte_in_an_upload_is_found_and_nothing_is_changed(pictured, folder):
    run("backup", "s3://backups/one.tar.gz.age")
    name = next(name for name in names(pictured, "uploads") if name.startswith(folder))
    body = default_storage.open(name).read()
    damaged = flipped(body, len(body) // 2)
    pictured.client.put_object(Bucket="uploads", Key=name, Body=damaged)
    pictured.move()
    with pytest.raises(CommandError, match=f"another file media/{re.escape(name)}"):
        run("restore", "s3://backups/one.tar.gz.age", identity=str(pictured.identity))
    assert connection.introspection.table_names() == []
    assert default_storage.open(name).read() == damaged


def test_a_flipped_byte_anywhere_in_the_backup_of_uploads_stops_the_restore(pictured):
    run("backup", "s3://backups/one.tar.gz.age")
    whole = pictured.client.get_object(Bucket="backups", Key="one.tar.gz.age")["Body"].read()
    kept = names(pictured, "uploads")
    for name in kept:
        pictured.client.delete_object(Bucket="uploads", Key=name)
    pictured.move()
    for part in range(1, 8):
        damaged = flipped(whole, len(whole) * part // 8)
        pictured.client.put_object(Bucket="backups", Key="one.tar.gz.age", Body=damaged)
        with pytest.raises(CommandError, match="damaged"):
            run("restore", "s3://backups/one.tar.gz.age", identity=str(pictured.identity))
        assert names(pictured, "uploads") == []
        assert connection.introspection.table_names() == []


def test_uploads_that_the_bucket_still_has_stay(buckets):
    run("backup", "s3://backups/one.tar.gz.age")
    before = buckets.client.list_objects_v2(Bucket="uploads")["Contents"][0]["LastModified"]
    buckets.move()
    run("restore", "s3://backups/one.tar.gz.age", identity=str(buckets.identity))
    assert buckets.client.list_objects_v2(Bucket="uploads")["Contents"][0]["LastModified"] == before


def test_other_uploads_in_the_way_are_refused(buckets):
    run("backup", "s3://backups/one.tar.gz.age")
    (upload,) = names(buckets, "uploads")
    buckets.client.put_object(Bucket="uploads", Key=upload, Body=b"other")
    buckets.move()
    with pytest.raises(CommandError, match=f"another file media/{upload}"):
        run("restore", "s3://backups/one.tar.gz.age", identity=str(buckets.identity))
    assert default_storage.open(upload).read() == b"other"


def test_an_upload_that_is_gone_is_named(buckets):
    (upload,) = names(buckets, "uploads")
    buckets.client.delete_object(Bucket="uploads", Key=upload)
    assert f"does not have it: {upload}" in run("backup", "s3://backups/one.tar.gz.age")


def test_a_flipped_byte_in_the_bucket_is_found(buckets):
    run("backup", "s3://backups/one.tar.gz.age")
    raw = bytearray(buckets.client.get_object(Bucket="backups", Key="one.tar.gz.age")["Body"].read())
    raw[len(raw) // 2] ^= 1
    buckets.client.put_object(Bucket="backups", Key="one.tar.gz.age", Body=bytes(raw))
    with pytest.raises(CommandError, match="damaged"):
        run("verify_backup", "s3://backups/one.tar.gz.age", identity=str(buckets.identity))


def test_what_is_there_is_not_replaced_and_the_newest_are_kept(buckets, monkeypatch):
    buckets.client.put_object(Bucket="backups", Key="one.tar.gz.age", Body=b"mine")
    with pytest.raises(CommandError, match="exists"):
        run("backup", "s3://backups/one.tar.gz.age")
    for day in (1, 2, 3):
        monkeypatch.setattr(destinations, "dated_name", lambda day=day: f"backup-2026010{day}T000000Z.tar.gz.age")
        run("backup", "s3://backups/nightly/", keep=2)
    assert names(buckets, "backups") == [
        "nightly/backup-20260102T000000Z.tar.gz.age",
        "nightly/backup-20260103T000000Z.tar.gz.age",
        "one.tar.gz.age",
    ]


@pytest.mark.parametrize("dest", ["s3://missing/", "s3:///x"])
def test_a_bucket_that_is_not_there_is_named(buckets, dest):
    with pytest.raises(CommandError, match=r"NoSuchBucket|Say which bucket"):
        run("backup", dest)


def test_a_missing_backup_is_named(buckets):
    with pytest.raises(CommandError, match=r"s3://backups/none cannot be reached or used: 404\."):
        call_command("verify_backup", "s3://backups/none", identity=str(buckets.identity))
