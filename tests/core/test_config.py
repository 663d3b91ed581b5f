"""Settings: what is unknown or unsafe is refused by name before anything starts."""

import pytest

from core.config import SettingError, read_settings


def test_an_unset_environment_gives_a_working_development_installation(tmp_path):
    settings = read_settings({"DIWAN_DATA_DIR": str(tmp_path)})
    assert settings.registry_url.startswith("sqlite:///")
    assert len(settings.secret_key) >= 32
    assert not settings.production


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = read_settings({"DIWAN_DATA_DIR": str(tmp_path)})
    second = read_settings({"DIWAN_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_typo_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(SettingError, match="did you mean DIWAN_SMTP_URL"):
        read_settings({"DIWAN_DATA_DIR": str(tmp_path), "DIWAN_SMPT_URL": "x"})


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"DIWAN_ENV": "prod"}, "DIWAN_ENV"),
        ({"DIWAN_ENV": "production"}, "DIWAN_SECRET_KEY"),
        ({"DIWAN_ENV": "production", "DIWAN_SECRET_KEY": "k" * 40}, "DIWAN_BASE_URL and DIWAN_HOSTS"),
        (
            {"DIWAN_ENV": "production", "DIWAN_SECRET_KEY": "k" * 40, "DIWAN_BASE_URL": "https://x"},
            "DIWAN_HOSTS",
        ),
        ({"DIWAN_SECRET_KEY": "short"}, "at least 32"),
        ({"DIWAN_PORT": "eighty"}, "DIWAN_PORT"),
    ],
)
def test_unusable_settings_are_named(tmp_path, environ, named):
    with pytest.raises(SettingError, match=named):
        read_settings({"DIWAN_DATA_DIR": str(tmp_path), **environ})


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 40 + "\n")
    settings = read_settings(
        {"DIWAN_DATA_DIR": str(tmp_path), "DIWAN_SECRET_KEY_FILE": str(tmp_path / "key")}
    )
    assert settings.secret_key == "k" * 40
    assert "k" * 40 not in repr(settings)
