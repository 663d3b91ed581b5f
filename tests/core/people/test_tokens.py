"""Flask-Security makes its signers at start, with one key for all governorates: none may count."""

import json
from contextlib import suppress

import pytest
from flask_login import current_user, encode_cookie
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from core.data.time import now
from core.governorates.mounts import KEY
from core.people.security import NoTokens
from core.people.users import User

from .conftest import PASSWORD


@pytest.fixture(autouse=True)
def _language(english):
    """Sentences as the code has them."""


class TestTokens:
    """Flask-Security makes its signers at start, with one key for all governorates."""

    def test_every_signer_is_disarmed(self, app):
        signers = {
            name: made for name, made in vars(app.extensions["security"]).items() if "serializer" in name
        }
        assert len(signers) >= 10
        assert all(isinstance(made, NoTokens) for made in signers.values())

    def test_no_token_can_be_made_or_read(self, app, ground, office, clerk):
        with ground.session(office.code) as session, pytest.raises(RuntimeError):
            session.get(User, clerk).get_auth_token()
        with pytest.raises(BadSignature):
            NoTokens().loads("x")

    @pytest.mark.parametrize("key", ["nothing", "the config's", "the installation's"])
    def test_a_token_signed_with_any_key_opens_nothing(self, app, office, uniquifier, key):
        keys = {"nothing": "", "the config's": app.config["SECRET_KEY"]}
        signer = URLSafeTimedSerializer(keys.get(key, app.config["DIWAN"].secret_key), salt="remember-salt")
        token = signer.dumps({"ver": "5", "uid": uniquifier, "fs_paa": now().timestamp(), "exp": 0})
        ways = [
            {"query_string": {"auth_token": token}},
            {"headers": {"Authentication-Token": token}},
            {"headers": {"Authorization": f"Bearer {token}"}},
            {"json": {"auth_token": token}, "method": "POST"},
            {"auth": ("clerk", PASSWORD)},
        ]
        assert [self.known(app, office.code, **way) for way in ways] == [False] * 5

    def known(self, app, code, **way):
        """Whether the gate takes the request for somebody's."""
        mount = {KEY: code, "SCRIPT_NAME": f"/{code}"}
        with app.test_request_context("/password", environ_overrides=mount, **way), suppress(HTTPException):
            app.preprocess_request()
            return current_user.is_authenticated
        return False

    def test_a_remember_cookie_opens_nothing(self, inside, browser, uniquifier, office):
        with inside():
            value = encode_cookie(uniquifier)  # signed with this very governorate's key
        page = browser()
        page.client.set_cookie("remember_token", value, path=f"/{office.code}/")
        assert not page.inside

    def test_json_is_not_spoken_here(self, browser, clerk):
        page = browser()
        sent = {"content_type": "application/json", "headers": {"X-CSRFToken": page.token()}}
        for body in ("[]", "{}", '{"username": ["x"]}', '{"username": "clerk", "password": 5}', "no json"):
            assert page.client.post(f"/{page.code}/login", data=body, **sent).status_code == 415
        asked = page.get("/login", headers={"Accept": "application/json"})
        assert "csrf_token" not in asked.text
        assert not asked.is_json

    def test_no_json_answer_hands_out_a_token(self, browser, clerk):
        page = browser()
        answer = page.post("/login?include_auth_token", username="clerk", password=PASSWORD)
        assert answer.status_code == 302
        assert "token" not in json.dumps(list(answer.headers))
