"""Settings: the order of their sources, and errors that name what is wrong and where."""

from pathlib import Path

import pytest

from config.keys import keys, nearest
from config.sections import without_password
from config.settings import Settings, SettingsError, load


def _file(folder: Path, text: str) -> Path:
    file = folder / "benchside.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_are_valid_settings() -> None:
    assert load(None, {}) == Settings()


def test_the_file_overrides_the_defaults_and_the_environment_overrides_the_file(
    tmp_path: Path,
) -> None:
    file = _file(tmp_path, '[web]\nhost = "::1"\nport = 9000\n')
    settings = load(file, {"BENCHSIDE_WEB_PORT": "9001"})
    assert settings.web.host == "::1"
    assert settings.web.port == 9001


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "[demo]\nseekers = 3\n")
    assert load(None, {"BENCHSIDE_CONFIG": str(file)}).demo.seekers == 3


def test_the_environment_gives_lists_switches_and_durations() -> None:
    settings = load(
        None,
        {
            "BENCHSIDE_SERVICE_LANGUAGES": "fr, en",
            "BENCHSIDE_SERVICE_OPEN": "false",
            "BENCHSIDE_MATCHING_OFFER_SECONDS": "30",
            "BENCHSIDE_WEB_TRUSTED_PROXIES": "10.0.0.0/8,::1",
        },
    )
    assert settings.service.languages == ("fr", "en")
    assert not settings.service.open
    assert settings.matching.offer_seconds == 30.0
    assert settings.web.trusted_proxies == ("10.0.0.0/8", "::1")


def test_other_programs_variables_are_left_alone() -> None:
    assert load(None, {"PATH": "/bin", "PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("text", "key", "line", "near"),
    [
        ('[store]\nulr = "redis://x"\n', "store.ulr", 2, "store.url"),
        ("[web]\n\nprot = 1\n", "web.prot", 3, "web.port"),
        ("[service]\nport = 1\n", "service.port", 2, "web.port"),
        ('[stor]\nurl = "redis://x"\n', "stor", 1, "store"),
        ("port = 1\n", "port", 1, "web.port"),
        ("[web.port]\nx = 1\n", "web.port", 1, ""),
    ],
)
def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_known_one(
    tmp_path: Path, text: str, key: str, line: int, near: str
) -> None:
    file = _file(tmp_path, text)
    with pytest.raises(SettingsError) as wrong:
        load(file, {})
    assert wrong.value.key == key
    assert wrong.value.place == f"{file}, line {line}"
    assert near in wrong.value.problem


def test_a_misspelt_variable_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(SettingsError, match="did you mean BENCHSIDE_STORE_URL"):
        load(None, {"BENCHSIDE_STORE_ULR": "redis://x"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BENCHSIDE_WEB_PORT", "eighty"),
        ("BENCHSIDE_WEB_PORT", "70000"),
        ("BENCHSIDE_WEB_PUBLIC_ORIGIN", "bench.example.org"),
        ("BENCHSIDE_WEB_PUBLIC_ORIGIN", "https://bench.example.org/path"),
        ("BENCHSIDE_WEB_QUICK_EXIT", "javascript:alert(1)"),
        ("BENCHSIDE_WEB_TRUSTED_PROXIES", "10.0.0.300"),
        ("BENCHSIDE_STORE_URL", "http://localhost"),
        ("BENCHSIDE_MATCHING_OFFER_SECONDS", "0"),
        ("BENCHSIDE_SERVICE_COUNTRY", "Kenya"),
        ("BENCHSIDE_SERVICE_LANGUAGES", ""),
        ("BENCHSIDE_SERVICE_LANGUAGES", "en,klingon"),
        ("BENCHSIDE_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_will_not_do_is_refused_with_its_place(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        load(None, {variable: value})
    assert variable in str(wrong.value)


def test_a_wrong_value_is_not_repeated_as_it_may_hold_a_password() -> None:
    with pytest.raises(SettingsError) as wrong:
        load(None, {"BENCHSIDE_STORE_URL": "http://someone:secret@host"})
    assert "secret" not in str(wrong.value)


def test_settings_are_shown_without_a_password() -> None:
    settings = load(None, {"BENCHSIDE_STORE_URL": "redis://someone:secret@host:1/0"})
    assert "secret" not in repr(settings)
    assert "host:1" in repr(settings)


def test_a_missing_or_broken_file_is_an_error_only_where_it_was_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="benchside init"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(SettingsError, match="not TOML"):
        load(_file(tmp_path, "[web\n"), {})


def test_every_key_says_what_it_means() -> None:
    for key in keys().values():
        assert len(key.description) > 15, key.path


def test_a_key_in_the_wrong_table_is_found_by_its_last_part() -> None:
    assert nearest("web.offer_seconds", keys()) == "matching.offer_seconds"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://ana:secret@host:1/0", "redis://ana:***@host:1/0"),
        ("redis+sentinel://h:1,i:2/m?password=secret", "redis+sentinel://h:1,i:2/m?password=***"),
        ("redis://h?db=1&password=secret&x=1", "redis://h?db=1&password=***&x=1"),
        ("unix:///run/store.sock", "unix:///run/store.sock"),
    ],
)
def test_an_address_is_shown_without_its_password_wherever_it_stands(url: str, shown: str) -> None:
    assert without_password(url) == shown
