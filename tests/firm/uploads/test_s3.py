"""Uploads in S3-compatible storage, on a real server of that protocol on loopback."""

import json

import boto3
import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from moto.server import ThreadedMotoServer
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction

from blog import social_cards
from firm.pages.renditions import ROLES, prepare
from firm.settings.environment import Environment, SettingError
from firm.settings.media import FOLDER, media_storage
from tests import factories

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret", "AWS_REGION": "us-east-1"}
NAMES = ("S3_BUCKET", "S3_PUBLIC_URL", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION", *KEYS)
#: The policy of docs/operations.md: pictures are readable, documents are not.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": [f"arn:aws:s3:::law/{folder}/*" for folder in ("images", "original_images", "social")],
        }
    ],
}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def configured(monkeypatch):
    """Return a function that returns the settings for an environment of these variables only."""

    def read(**values):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return media_storage(Environment())

    return read


@pytest.fixture
def bucket(endpoint, configured, settings):
    """The site with uploads in an empty bucket; returns the client that created it."""
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)
    storage, settings.MEDIA_ORIGINS = configured(S3_BUCKET="law", AWS_ENDPOINT_URL_S3=endpoint, **KEYS)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="law")
    client.put_bucket_policy(Bucket="law", Policy=json.dumps(POLICY))
    settings.STORAGES = settings.STORAGES | {"default": storage}
    return client


def names(bucket) -> set[str]:
    return {entry["Key"] for entry in bucket.list_objects_v2(Bucket="law").get("Contents", [])}


def fetch(address: str) -> requests.Response:
    return requests.get(address, timeout=10)


# --- Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["documents/will.pdf", "secret.txt", "images/../documents/will.pdf", "imagesx/a.png"])
def test_what_is_no_picture_has_no_lasting_address(bucket, name):
    saved = default_storage.save(name.replace("images/../", ""), ContentFile(b"confidential"))
    address = default_storage.url(saved)
    assert "X-Amz-Expires=60" in address
    assert "X-Amz-Signature=" in address
    refused = fetch(address.partition("?")[0])
    assert refused.status_code == 403
    assert b"confidential" not in refused.content
    assert fetch(address).content == b"confidential"
    assert fetch(address).headers["Cache-Control"] == "private, no-store"


def test_a_document_is_given_by_the_site_alone_after_asking(home, bucket, client):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    document = get_document_model().objects.create(
        title="Retainer", collection=closed, file=ContentFile(b"confidential", name="retainer.txt")
    )
    assert client.get(document.url).status_code == 404
    client.force_login(factories.UserFactory(role="Editors"))
    given = client.get(document.url)
    assert given.status_code == 200
    assert b"".join(given.streaming_content) == b"confidential"
    assert "law" not in given.headers.get("Location", "")


@pytest.mark.parametrize("path", ["documents/will.pdf", "images/../documents/will.pdf", "secret.txt"])
def test_the_media_address_leads_to_no_private_file(home, bucket, client, path):
    default_storage.save("documents/will.pdf", ContentFile(b"confidential"))
    assert client.get(f"/media/{path}").status_code == 404


# --- Pictures ----------------------------------------------------------------------------------------


def test_an_uploaded_picture_and_its_sizes_are_public_and_lasting(home, bucket, client):
    client.force_login(factories.UserFactory())
    picture = factories.ImageFactory()
    assert prepare(picture, ["card"])
    shown = picture.ready(ROLES["card"])
    files = [picture.file.name, *(variant.path for made in shown.values() for variant in made)]
    assert len(files) > 2
    for name in files:
        got = fetch(default_storage.url(name))
        assert got.status_code == 200, name
        assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert got.headers["Content-Type"].startswith("image/")


def test_two_pictures_of_one_name_are_two_files(bucket):
    first = default_storage.save("original_images/a.png", ContentFile(b"first"))
    second = default_storage.save("original_images/a.png", ContentFile(b"second"))
    assert first != second
    assert fetch(default_storage.url(first)).content == b"first"


def test_a_deleted_picture_leaves_nothing_behind(db, bucket, django_capture_on_commit_callbacks):
    picture = factories.ImageFactory()
    prepare(picture, ["card"])
    assert names(bucket)
    with django_capture_on_commit_callbacks(execute=True):
        get_image_model().objects.get(pk=picture.pk).delete()
    assert names(bucket) == set()


def test_an_older_media_address_leads_to_the_bucket(home, bucket, client):
    name = default_storage.save("original_images/a b.png", ContentFile(b"picture"))
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 302
    assert fetch(answer["Location"]).content == b"picture"


def test_a_share_image_has_one_complete_address(home, bucket):
    post = factories.BlogPostPageFactory()
    social_cards.refresh(post)
    page = Client().get(post.get_url()).content.decode()
    assert f'content="{default_storage.url(post.social_card)}"' in page
    assert fetch(default_storage.url(post.social_card)).status_code == 200


def test_a_picture_s_address_asks_nobody(bucket, monkeypatch):
    monkeypatch.setattr("storages.backends.s3.S3Storage.connection", property(lambda self: pytest.fail("asked")))
    assert default_storage.url("images/ü b.png").endswith("/law/images/%C3%BC%20b.png")


# --- Configuration -----------------------------------------------------------------------------------


def test_without_a_bucket_uploads_stay_on_this_machine(configured):
    assert configured(**KEYS, AWS_ENDPOINT_URL_S3="https://s3.example") == (FOLDER, [])


@pytest.mark.parametrize(
    ("values", "public", "origin"),
    [
        (
            {"AWS_REGION": "eu-west-1"},
            "https://law.s3.eu-west-1.amazonaws.com",
            "https://law.s3.eu-west-1.amazonaws.com",
        ),
        ({"AWS_ENDPOINT_URL": "https://s3.example:9000/"}, "https://s3.example:9000/law", "https://s3.example:9000"),
        ({"S3_PUBLIC_URL": "https://pictures.example/x"}, "https://pictures.example/x", "https://pictures.example"),
    ],
)
def test_pages_may_show_pictures_from_the_bucket_s_host_alone(configured, values, public, origin):
    storage, origins = configured(S3_BUCKET="law", **values)
    assert storage["OPTIONS"]["public_url"] == public
    assert origins == [origin]


@pytest.mark.parametrize("address", ["pictures.example", "ftp://pictures.example", "https://", "https://a.example/?x"])
def test_a_public_address_that_is_none_is_refused(configured, address):
    with pytest.raises(SettingError, match="S3_PUBLIC_URL"):
        configured(S3_BUCKET="law", S3_PUBLIC_URL=address)
