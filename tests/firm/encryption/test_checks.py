"""System checks stop a model that would reveal encrypted values elsewhere."""

from uuid import uuid4

import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.migrations.state import AppConfigStub
from wagtail.search.index import Indexed

from firm.encryption.fields import EncryptedTextField
from firm.encryption.models import BlindIndexEntry
from tests.firm.encryption.models import Note, NoteEntry

ROW_UUID = models.UUIDField(default=uuid4, unique=True)


def made(name: str = "Made", bases=(models.Model,), meta=None, **fields) -> type:
    """Return a valid model with these changes; None removes a part."""
    parts = {
        "row_uuid": ROW_UUID.clone(),
        "body": EncryptedTextField(),
        "wagtail_reference_index_ignore": True,
        "Meta": type("Meta", (), {"app_label": "firm", "apps": Apps([AppConfigStub("firm")]), **(meta or {})}),
        "__module__": __name__,
    } | fields
    return type(name, bases, {key: value for key, value in parts.items() if value is not None})


def problems(model) -> set[str]:
    return {problem.id for problem in model.check() if problem.id.startswith("encryption.")}


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        ("E001", {"row_uuid": None}),
        ("E001", {"row_uuid": models.UUIDField(default=uuid4)}),
        ("E001", {"row_uuid": models.UUIDField(unique=True)}),
        ("E001", {"row_uuid": models.UUIDField(default=uuid4, unique=True, null=True)}),
        ("E001", {"row_uuid": models.CharField(default="x", unique=True)}),
        ("E002", {"body": EncryptedTextField(unique=True)}),
        ("E002", {"body": EncryptedTextField(db_index=True)}),
        ("E002", {"body": EncryptedTextField(choices=[("a", "A")])}),
        ("E002", {"meta": {"ordering": ["-body"]}}),
        ("E002", {"meta": {"indexes": [models.Index(fields=["body"], name="by_body")]}}),
        ("E002", {"meta": {"constraints": [models.UniqueConstraint(fields=["body"], name="one_body")]}}),
        ("E002", {"meta": {"unique_together": [("row_uuid", "body")]}}),
        ("E003", {"body": EncryptedTextField(default="text")}),
        ("E003", {"body": EncryptedTextField(db_default="text")}),
        ("E004", {"bases": (Indexed, models.Model)}),
        ("E005", {"wagtail_reference_index_ignore": None}),
    ],
)
def test_what_breaks_a_rule_is_named(number, changes):
    assert problems(made(**changes)) == {f"encryption.{number}"}


def test_a_snippet_is_named(monkeypatch):
    model = made()
    monkeypatch.setattr("firm.encryption.checks.get_snippet_models", lambda: [model])
    assert problems(model) == {"encryption.E006"}


@pytest.mark.parametrize("row", [None, models.IntegerField()])
def test_an_index_needs_a_row(row):
    meta = type("Meta", (), {"app_label": "firm", "apps": Apps([AppConfigStub("firm")]), "constraints": []})
    parts = {"Meta": meta, "__module__": __name__} | ({"row": row} if row else {})
    assert problems(type("MadeEntry", (BlindIndexEntry,), parts)) == {"encryption.E007"}


@pytest.mark.parametrize("model", [Note, NoteEntry, made()])
def test_a_valid_model_passes(model):
    assert [problem for problem in model.check() if problem.id != "models.W042"] == []
