import pytest
from django.test.utils import isolate_apps
from wagtail.models import Page, PageManager, pages

from firm import checks
from firm.models import HomePage
from firm.models.base import BasePage


def errors_of(monkeypatch, model) -> list[str]:
    """The ids of what the check finds wrong with one page type."""
    monkeypatch.setattr(checks, "get_page_models", lambda: [model])
    return [error.id for error in checks.page_models_follow_the_house_rules(None)]


def page_type(base=BasePage, verbose_name="sample page", **attributes):
    """Make a page type that breaks no rule, changed by the arguments; None takes an attribute away."""
    meta = type(
        "Meta", (), {"app_label": "firm", "verbose_name": verbose_name} if verbose_name else {"app_label": "firm"}
    )
    body = {"parent_page_types": [], "Meta": meta, "__module__": "firm.models.sample"} | attributes
    return type("SamplePage", (base,), {name: value for name, value in body.items() if value is not None})


@pytest.fixture(autouse=True)
def _isolated(monkeypatch):
    """Page types made here are registered nowhere."""
    monkeypatch.setattr(pages, "PAGE_MODEL_CLASSES", list(pages.PAGE_MODEL_CLASSES))
    with isolate_apps("firm"):
        yield


def test_a_page_type_that_does_not_build_on_the_base_is_an_error(monkeypatch):
    assert errors_of(monkeypatch, page_type(base=Page)) == ["firm.E001"]


def test_a_page_type_without_tree_rules_is_an_error(monkeypatch):
    assert errors_of(monkeypatch, page_type(parent_page_types=None)) == ["firm.E002"]


def test_a_page_type_without_the_sites_manager_is_an_error(monkeypatch):
    assert errors_of(monkeypatch, page_type(objects=PageManager())) == ["firm.E003"]


@pytest.mark.parametrize("label", [None, ""])
def test_a_page_type_without_a_label_of_its_own_is_an_error(monkeypatch, label):
    assert errors_of(monkeypatch, page_type(verbose_name=label)) == ["firm.E004"]


def test_a_page_type_that_follows_the_rules_is_none(monkeypatch):
    assert errors_of(monkeypatch, page_type()) == []


def test_the_sites_own_page_types_are_checked_and_follow_the_rules():
    assert HomePage in checks.get_page_models()
    assert checks.page_models_follow_the_house_rules(None) == []


@pytest.mark.parametrize("module", ["wagtail.test", "tests.pages"])
def test_page_types_that_are_not_ours_are_left_alone(monkeypatch, module):
    assert errors_of(monkeypatch, page_type(base=Page, __module__=module)) == []
