"""System checks of page models."""

from django.core.checks import Error
from wagtail.models import get_page_models

from firm.models.base import BasePage, FirmPageQuerySet


def page_models_follow_the_house_rules(app_configs, **kwargs) -> list[Error]:
    """Every page type must build on `BasePage` and have tree rules, a label for editors, and one-query listings."""
    errors = []
    for model in get_page_models():
        if model.__module__.split(".")[0] in {"wagtail", "tests"}:
            continue
        if not issubclass(model, BasePage):
            errors.append(
                Error(f"{model.__name__} must build on firm.models.base.BasePage.", obj=model, id="firm.E001")
            )
            continue
        if "parent_page_types" not in vars(model):
            errors.append(Error(f"{model.__name__} must say where it may stand.", obj=model, id="firm.E002"))
        if not isinstance(model.objects.get_queryset(), FirmPageQuerySet):
            errors.append(Error(f"{model.__name__}.objects must be a FirmPageManager.", obj=model, id="firm.E003"))
        if not model._meta.original_attrs.get("verbose_name"):
            errors.append(Error(f"{model.__name__} needs a verbose_name for editors.", obj=model, id="firm.E004"))
    return errors
