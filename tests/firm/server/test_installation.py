"""What ``make run`` does at its start: only what is needed, and nothing at the second start."""

import pytest
from django.core.management import call_command as run_command

from firm.models import HomePage
from firm.server import installation


@pytest.fixture
def commands(monkeypatch):
    """Return the names of the commands that are called; they do nothing."""
    called = []
    monkeypatch.setattr(installation, "call_command", lambda name, **options: called.append(name))
    return called


@pytest.fixture
def folders(settings, tmp_path):
    """A project folder and a folder for state of the test's own."""
    settings.BASE_DIR, settings.DATA_DIR = tmp_path / "project", tmp_path / "state"
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path / "state" / "static", [tmp_path / "project" / "static"]
    for path in (
        settings.DATA_DIR,
        settings.STATIC_ROOT,
        settings.BASE_DIR / "firm" / "server",
        settings.STATICFILES_DIRS[0],
    ):
        path.mkdir(parents=True)
    (settings.BASE_DIR / "requirements.txt").write_text("django==5.2\n")
    (settings.BASE_DIR / "firm" / "server" / "static_storage.py").write_text("")
    (settings.STATICFILES_DIRS[0] / "site.css").write_text("a{}")
    return settings


def test_an_up_to_date_database_is_left_alone(db, commands):
    assert installation.migrate() is False
    assert commands == []


def test_a_missing_migration_is_applied(db, commands, monkeypatch):
    monkeypatch.setattr(installation, "missing_migrations", lambda: 1.0)
    assert installation.migrate() is True
    assert commands == ["migrate"]


def test_static_files_are_collected_the_first_time(folders, commands):
    assert installation.collect_static() is True
    assert commands == ["collectstatic"]


def test_static_files_are_not_collected_twice(folders, commands):
    installation.collect_static()
    assert installation.collect_static() is False


def change_a_file(settings):
    (settings.STATICFILES_DIRS[0] / "site.css").write_text("b{}")


def add_a_file(settings):
    (settings.STATICFILES_DIRS[0] / "more.css").write_text("")


def rename_a_file(settings):
    (settings.STATICFILES_DIRS[0] / "site.css").rename(settings.STATICFILES_DIRS[0] / "page.css")


def change_the_requirements(settings):
    (settings.BASE_DIR / "requirements.txt").write_text("django==5.3\n")


def change_the_bundling(settings):
    (settings.BASE_DIR / "firm" / "server" / "static_storage.py").write_text("BUNDLED = None")


def lose_the_files(settings):
    settings.STATIC_ROOT.rmdir()


@pytest.mark.parametrize(
    "change",
    [change_a_file, add_a_file, rename_a_file, change_the_requirements, change_the_bundling, lose_the_files],
)
def test_static_files_are_collected_again_after_a_change(folders, commands, change):
    installation.collect_static()
    change(folders)
    assert installation.collect_static() is True


def test_a_failed_collection_is_tried_again(folders, monkeypatch):
    def fail(name, **options):
        raise OSError("full")

    monkeypatch.setattr(installation, "call_command", fail)
    with pytest.raises(OSError, match="full"):
        installation.collect_static()
    monkeypatch.setattr(installation, "call_command", lambda name, **options: None)
    assert installation.collect_static() is True


def test_the_demo_is_loaded_into_an_empty_site(db, commands):
    assert installation.load_demo_when_empty() is True
    assert commands == ["load_demo"]


def test_the_demo_is_not_loaded_beside_other_pages(home, commands):
    assert installation.load_demo_when_empty() is False
    assert commands == []


def test_a_site_without_home_page_is_what_migrations_leave(db):
    run_command("check", "--database", "default")
    assert not HomePage.objects.exists()
