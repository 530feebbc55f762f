import pytest

from firm.settings.environment import Environment, SettingError


@pytest.fixture
def env(monkeypatch):
    """Return the reader of an environment in which ``SAMPLE`` alone is set, or nothing."""

    def build(value: str | None = None) -> Environment:
        monkeypatch.delenv("SAMPLE", raising=False)
        if value is not None:
            monkeypatch.setenv("SAMPLE", value)
        return Environment()

    return build


def test_a_missing_text_is_named(env):
    with pytest.raises(SettingError, match="SAMPLE is not set"):
        env().text("SAMPLE")


def test_spaces_alone_count_as_missing(env):
    with pytest.raises(SettingError, match="SAMPLE"):
        env("  ").text("SAMPLE")


def test_the_default_stands_in_for_an_empty_text(env):
    assert env("").text("SAMPLE", "given") == "given"


@pytest.mark.parametrize(
    "value",
    ["short", "a" * 60, "abcabcabc" * 10, "django-insecure-0123456789-abcdefghijklmnopqrstuvwxyz"],
    ids=["short", "one character", "three characters", "sample"],
)
def test_a_weak_secret_is_refused(env, value):
    with pytest.raises(SettingError, match="SAMPLE"):
        env(value).secret("SAMPLE")


def test_the_refusal_of_a_secret_does_not_print_it(env):
    with pytest.raises(SettingError) as refusal:
        env("hunter2-hunter2").secret("SAMPLE")
    assert "hunter2" not in str(refusal.value)


def test_a_long_random_secret_is_taken(env):
    value = "k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX"
    assert env(value).secret("SAMPLE") == value


def test_items_leave_out_empty_entries(env):
    assert env("a, ,b,").items("SAMPLE") == ["a", "b"]


def test_a_number_that_is_none_is_refused(env):
    with pytest.raises(SettingError, match="whole number"):
        env("four").number("SAMPLE", 1)


def test_a_number_is_read(env):
    assert env("4").number("SAMPLE", 1) == 4


@pytest.mark.parametrize("value", ["10.0.0.256", "proxy.example", "10.0.0.0/40"])
def test_a_network_that_is_none_is_refused(env, value):
    with pytest.raises(SettingError, match="SAMPLE"):
        env(value).networks("SAMPLE")


def test_networks_and_addresses_are_read(env):
    assert env("10.0.0.0/8, ::1").networks("SAMPLE") == ["10.0.0.0/8", "::1"]


@pytest.mark.parametrize("value", ["nonsense", "oracle://host/name", "http://host/", "postgres://u:p@host:port/name"])
def test_a_database_url_that_is_none_is_refused(env, value):
    with pytest.raises(SettingError, match="SAMPLE"):
        env(value).database("SAMPLE", "sqlite:///x")


def test_the_refusal_of_a_database_url_does_not_print_its_password(env):
    with pytest.raises(SettingError) as refusal:
        env("postgres://user:hunter2@host:port/name").database("SAMPLE", "sqlite:///x")
    assert "hunter2" not in str(refusal.value)


def test_a_postgresql_url_is_read(env):
    assert env("postgres://u:p@host:5433/name").database("SAMPLE", "")["PORT"] == 5433


@pytest.mark.parametrize("value", ["nonsense", "pigeon://host", "smtp://host:port"])
def test_a_mail_url_that_is_none_is_refused(env, value):
    with pytest.raises(SettingError, match="SAMPLE"):
        env(value).email("SAMPLE", "smtp://localhost:25")


def test_a_mail_url_is_read(env):
    assert env("smtp+tls://u:p@host:587").email("SAMPLE", "")["EMAIL_USE_TLS"] is True


KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is not set"),
        (",", "lists no key"),
        ("hunter2", "must list keys"),
        (KEYS[0][:-1], "must list keys"),
        (KEYS[0][:-5] + "=", "must list keys"),
        ("A" * 43 + "=", "must list keys"),
        (f"{KEYS[0]},hunter2", "must list keys"),
        (f"{KEYS[0]},{KEYS[1]},{KEYS[0]}", "twice"),
    ],
)
def test_keys_that_are_none_are_refused_and_not_printed(env, value, problem):
    with pytest.raises(SettingError, match=f"SAMPLE .*{problem}") as refusal:
        env(value).keys("SAMPLE")
    assert "hunter2" not in str(refusal.value)
    assert KEYS[0][:8] not in str(refusal.value)


def test_keys_are_read_newest_first(env):
    assert env(" , ".join(KEYS)).keys("SAMPLE") == KEYS


@pytest.fixture
def in_file(env, monkeypatch, tmp_path):
    """Return the reader of an environment in which ``SAMPLE_FILE`` names a file with these bytes."""

    def build(content: bytes, value: str | None = None) -> Environment:
        (tmp_path / "sample").write_bytes(content)
        monkeypatch.setenv("SAMPLE_FILE", str(tmp_path / "sample"))
        return env(value)

    return build


def test_a_secret_is_read_from_a_file(in_file):
    assert in_file(b"k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX\n").secret("SAMPLE") == "k3J-91xYzQ0pLmNvB7cDfGhT5rEw2uIoS8aX"


def test_a_variable_that_is_given_twice_is_refused_and_not_printed(in_file):
    with pytest.raises(SettingError, match="SAMPLE is given twice") as refusal:
        in_file(b"hunter2", "hunter3").text("SAMPLE")
    assert "hunter" not in str(refusal.value)


def test_an_empty_file_counts_as_missing(in_file):
    with pytest.raises(SettingError, match="SAMPLE is not set"):
        in_file(b" \n").text("SAMPLE")


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["no text", "no file"])
def test_a_file_that_cannot_be_read_is_named(in_file, tmp_path, content):
    env = in_file(content or b"")
    if content is None:
        (tmp_path / "sample").unlink()
    with pytest.raises(SettingError, match="SAMPLE_FILE cannot be read"):
        env.text("SAMPLE")


def test_a_flag_that_is_neither_is_refused(env):
    with pytest.raises(SettingError, match="yes or no"):
        env("perhaps").flag("SAMPLE")


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("Yes", True), ("off", False), ("", False), (None, False)])
def test_a_flag_is_read(env, value, meant):
    assert env(value).flag("SAMPLE") is meant


def test_a_time_of_the_day(monkeypatch):
    monkeypatch.setenv("NIGHT", "03:05")
    assert Environment().time("NIGHT", "02:30").isoformat() == "03:05:00"
    monkeypatch.delenv("NIGHT")
    assert Environment().time("NIGHT", "02:30").isoformat() == "02:30:00"


@pytest.mark.parametrize("value", ["3 am", "25:00", "02:30:10", "-"])
def test_another_word_is_no_time(monkeypatch, value):
    monkeypatch.setenv("NIGHT", value)
    with pytest.raises(SettingError, match="NIGHT must be a time such as 02:30"):
        Environment().time("NIGHT", "02:30")
