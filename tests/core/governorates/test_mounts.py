"""A request's governorate comes from the mount or the host, never from anything a person can post."""

from core.governorates.mounts import KEY, Mounts


def call(path, script=""):
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        return []

    answered = []
    Mounts(app)({"PATH_INFO": path, "SCRIPT_NAME": script, KEY: "EG-C"}, lambda *a: answered.append(a))
    return seen, answered


def test_a_mount_is_taken_off_the_path():
    seen, _ = call("/EG-KN/admin/")
    assert (seen[KEY], seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("EG-KN", "/EG-KN", "/admin/")


def test_a_mount_without_slash_is_sent_to_the_one_with():
    seen, [(status, headers)] = call("/YE-AD", script="/diwan")
    assert not seen
    assert status.startswith("308")
    assert dict(headers)["Location"] == "/diwan/YE-AD/"


def test_other_paths_have_no_governorate_whatever_the_server_passed_on():
    for path in ("/", "/healthz", "/static/x.css", "/eg-kn/", "/EG-KNNN/", "/XEG-KN/", "//EG-KN/"):
        seen, _ = call(path)
        assert KEY not in seen
        assert seen["PATH_INFO"] == path
