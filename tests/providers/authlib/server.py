"""An OpenID Provider made of Authlib's grants and endpoints on Flask, all state in memory.

The library decides what the protocol answers; the pages, the sessions and the store are ours.
Variables: PORT and WORK from start.sh, and
  TLS=1          https with WORK/tls.pem
  LAX=1          no revocation on reuse of a code or refresh token, no max_age: a target that must fail
  NO_ROTATION=1  a refresh token is not rotated
  S256_ONLY=1    PKCE's plain is refused
"""

import json
import os
import secrets
import threading
import time
from html import escape
from urllib.parse import quote, urlencode

PORT = int(os.environ["PORT"])
WORK = os.environ["WORK"]
TLS = os.environ.get("TLS") == "1"
LAX = os.environ.get("LAX") == "1"
ROTATE = os.environ.get("NO_ROTATION") != "1"
S256_ONLY = os.environ.get("S256_ONLY") == "1"
ISSUER = f"{'https' if TLS else 'http'}://127.0.0.1:{PORT}"
if not TLS:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants, list_to_scope, scope_to_list
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7591.claims import ClientMetadataClaims as OAuthMetadata
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from authlib.oauth2.rfc9207.parameter import IssuerParameter
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo, UserInfoEndpoint
from authlib.oidc.core.errors import ConsentRequiredError
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.grants.code import OpenIDToken
from authlib.oidc.registration.claims import ClientMetadataClaims as OpenIDMetadata
from authlib.oidc.rpinitiated import EndSessionEndpoint
from authlib.oidc.rpinitiated.registration import ClientMetadataClaims as LogoutMetadata
from flask import Flask, jsonify, redirect, request, session
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

SECRET = "conformance-secret-0123456789abcdef"
SCOPES = ["openid", "profile", "email", "address", "phone", "offline_access"]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ORIGINS = ["https://127.0.0.1:8765", "https://localhost:8765", "http://127.0.0.1:8765"]
AUTH_METHODS = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]

app = Flask(__name__)
app.secret_key = secrets.token_bytes(16)
app.config.update(
    OAUTH2_REFRESH_TOKEN_GENERATOR=True,
    OAUTH2_SCOPES_SUPPORTED=SCOPES,
    SESSION_COOKIE_NAME="authlib_op",
    SESSION_COOKIE_SECURE=TLS,
    SESSION_COOKIE_SAMESITE="Lax",
)

KEYS = KeySet(
    [
        RSAKey.generate_key(2048, {"kid": "rs1", "alg": "RS256", "use": "sig"}, private=True),
        ECKey.generate_key("P-256", {"kid": "es1", "alg": "ES256", "use": "sig"}, private=True),
    ]
)
PUBLIC_KEYS = {"keys": [key.as_dict(private=False) for key in KEYS.keys]}
with open(os.path.join(WORK, "client-jwks.json")) as file:
    CLIENT_KEYS = json.load(file)


def person(sub, password, given, family, **more):
    return dict(
        sub=sub,
        password=password,
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        preferred_username=sub,
        email=f"{sub}@example.com",
        email_verified=True,
        locale="en-GB",
        zoneinfo="Europe/London",
        updated_at=1700000000,
        **more,
    )


USERS = {
    "alice": person(
        "alice",
        "wonderland-pw-1",
        "Alice",
        "Liddell",
        phone_number="+44 20 7946 0000",
        phone_number_verified=True,
        address={
            "formatted": "1 Rabbit Hole\nOxford OX1 1AA\nUK",
            "street_address": "1 Rabbit Hole",
            "locality": "Oxford",
            "region": "Oxfordshire",
            "postal_code": "OX1 1AA",
            "country": "UK",
        },
    ),
    "bob": person("bob", "builder-pw-1", "Bob", "Builder"),
}


class User(dict):
    @property
    def id(self):
        return self["sub"]


class Client(ClientMixin):
    def __init__(self, client_id, client_secret, metadata):
        self.client_id = client_id
        self.client_secret = client_secret
        self.client_metadata = metadata

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        uris = self.client_metadata.get("redirect_uris") or []
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope):
        allowed = set(scope_to_list(self.client_metadata.get("scope") or " ".join(SCOPES)))
        return list_to_scope([word for word in (scope or "").split() if word in allowed])

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in (self.client_metadata.get("redirect_uris") or [])

    def check_client_secret(self, client_secret):
        return bool(self.client_secret) and secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return self.client_metadata.get("token_endpoint_auth_method", "client_secret_basic") == method

    def check_response_type(self, response_type):
        return response_type in self.client_metadata.get("response_types", ["code"])

    def check_grant_type(self, grant_type):
        return grant_type in self.client_metadata.get("grant_types", ["authorization_code"])

    @property
    def id_token_signed_response_alg(self):
        return self.client_metadata.get("id_token_signed_response_alg")


def static_client(client_id, method, **more):
    metadata = dict(
        token_endpoint_auth_method=method,
        redirect_uris=[origin + path for path in ("/callback", "/callback2") for origin in ORIGINS],
        post_logout_redirect_uris=[origin + "/post-logout" for origin in ORIGINS],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=" ".join(SCOPES),
    )
    secret = None if method in ("none", "private_key_jwt") else SECRET
    return Client(client_id, secret, {**metadata, **more})


CLIENTS = {
    client.client_id: client
    for client in [
        static_client("conformance-client", "client_secret_basic"),
        static_client(
            "conformance-client-post",
            "client_secret_post",
            post_logout_redirect_uris=[
                origin + path for path in ("/post-logout", "/post-logout-other") for origin in ORIGINS
            ],
        ),
        static_client("conformance-client-jwt", "client_secret_jwt"),
        static_client("conformance-private-key-jwt", "private_key_jwt", jwks=CLIENT_KEYS),
        static_client("conformance-public", "none"),
        static_client("conformance-cc", "client_secret_basic", redirect_uris=[], grant_types=["client_credentials"]),
        static_client("conformance-device", "none", redirect_uris=[], grant_types=[DEVICE, "refresh_token"]),
        static_client(
            "conformance-es256",
            "client_secret_basic",
            id_token_signed_response_alg="ES256",
            userinfo_signed_response_alg="ES256",
        ),
    ]
}


class Code(AuthorizationCodeMixin):
    def __init__(self, **members):
        self.__dict__.update(members)

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return "0" if self.acr_values else None

    def get_amr(self):
        return ["pwd"]


class Token(TokenMixin):
    def __init__(self, **members):
        self.revoked = False
        self.__dict__.update(members)

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.expires_in

    def is_expired(self):
        return self.issued_at + self.expires_in < time.time()

    def is_revoked(self):
        return self.revoked

    def get_user(self):
        return User(USERS[self.user_id]) if self.user_id else None

    def get_client(self):
        return CLIENTS.get(self.client_id)


CODES, USED_CODES, ACCESS_TOKENS, REFRESH_TOKENS, DEVICE_CODES, DEVICE_GRANTS = {}, set(), {}, {}, {}, {}
ASSERTION_IDS = set()
ONE_AT_A_TIME = threading.Lock()


def save_token(token, req):
    # All tokens that descend from one code are one family, and die together.
    family = (
        getattr(getattr(req, "refresh_token", None), "family", None)
        or getattr(getattr(req, "authorization_code", None), "code", None)
        or secrets.token_hex(8)
    )
    saved = Token(
        client_id=req.client.client_id,
        user_id=req.user.id if req.user else None,
        family=family,
        issued_at=int(time.time()),
        refresh_expires_at=time.time() + 86400,
        **{"refresh_token": None, "scope": "", **token},
    )
    ACCESS_TOKENS[saved.access_token] = saved
    if saved.refresh_token:
        REFRESH_TOKENS[saved.refresh_token] = saved


def revoke_family(family):
    for token in [*ACCESS_TOKENS.values(), *REFRESH_TOKENS.values()]:
        if token.family == family:
            token.revoked = True


server = AuthorizationServer(app, query_client=CLIENTS.get, save_token=save_token)


class Assertion(JWTBearerClientAssertion):
    def __init__(self, method):
        super().__init__()
        self.CLIENT_AUTH_METHOD = method

    def __call__(self, query_client, req):
        assertion = req.form.get("client_assertion")
        if assertion:
            sub = self.extract_assertion(assertion)[1].get("sub")
            client = query_client(sub) if isinstance(sub, str) else None
            if client and not client.check_endpoint_auth_method(self.CLIENT_AUTH_METHOD, "token"):
                return None
        return super().__call__(query_client, req)

    def get_audiences(self):
        return [ISSUER, ISSUER + "/token"]

    def validate_jti(self, claims, jti):
        new = (claims["sub"], str(jti)) not in ASSERTION_IDS
        ASSERTION_IDS.add((claims["sub"], str(jti)))
        return new

    def resolve_client_public_key(self, client):
        if self.CLIENT_AUTH_METHOD == "client_secret_jwt":
            return OctKey.import_key(client.client_secret)
        return KeySet.import_key_set(client.client_metadata["jwks"])


for assertion_method in ("client_secret_jwt", "private_key_jwt"):
    server.register_client_auth_method(assertion_method, Assertion(assertion_method))


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [*AUTH_METHODS, "none"]

    def save_authorization_code(self, code, req):
        data = req.payload.data
        CODES[code] = Code(
            code=code,
            client_id=req.client.client_id,
            redirect_uri=req.payload.redirect_uri,
            scope=req.payload.scope,
            user_id=req.user.id,
            nonce=data.get("nonce"),
            auth_time=session.get("auth_time"),
            acr_values=data.get("acr_values"),
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
            expires=time.time() + 60,
        )

    def query_authorization_code(self, code, client):
        if code in USED_CODES and not LAX:
            revoke_family(code)
        found = CODES.get(code)
        if found and found.client_id == client.client_id and found.expires > time.time():
            return found

    def delete_authorization_code(self, code):
        USED_CODES.add(code.code)
        CODES.pop(code.code, None)

    def authenticate_user(self, code):
        return User(USERS[code.user_id])


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [*AUTH_METHODS, "none"]
    INCLUDE_NEW_REFRESH_TOKEN = ROTATE

    def authenticate_refresh_token(self, refresh_token):
        token = REFRESH_TOKENS.get(refresh_token)
        if token and token.revoked and not LAX:
            revoke_family(token.family)
        if token and not token.revoked and token.refresh_expires_at > time.time():
            return token

    def authenticate_user(self, token):
        return token.get_user()

    def revoke_old_credential(self, token):
        if self.INCLUDE_NEW_REFRESH_TOKEN:
            token.revoked = True


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [*AUTH_METHODS, "none"]

    def query_device_credential(self, device_code):
        return DEVICE_CODES.get(device_code)

    def query_user_grant(self, user_code):
        return DEVICE_GRANTS.get(user_code)

    def should_slow_down(self, credential):
        last, credential["polled"] = credential.get("polled", 0), time.time()
        return time.time() - last < 5


class Claims:
    def resolve_client_private_key(self, client):
        return KEYS

    def get_client_claims(self, client):
        return {"iss": ISSUER, "aud": [client.client_id]}

    def get_encode_header(self, client):
        alg = self.get_client_algorithm(client)
        return {"alg": alg, "kid": {"ES256": "es1"}.get(alg, "rs1")}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user["sub"])


class OpenID(Claims, OpenIDCode):
    def exists_nonce(self, nonce, req):
        return False


class OpenIDRefresh(Claims, OpenIDToken):
    pass


class Pkce(CodeChallenge):
    if S256_ONLY:
        SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]


class Issuer(IssuerParameter):
    def get_issuer(self):
        return ISSUER


server.register_grant(CodeGrant, [Pkce(required=True), OpenID()])
server.register_grant(RefreshGrant, [OpenIDRefresh()])
server.register_grant(ClientCredentials)
server.register_grant(DeviceGrant, [OpenIDRefresh()])
server.register_extension(Issuer())


def find_token(token, hint):
    stores = [ACCESS_TOKENS, REFRESH_TOKENS]
    for store in reversed(stores) if hint == "refresh_token" else stores:
        if token in store:
            return store[token]


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = [*AUTH_METHODS, "none"]

    def query_token(self, token, hint):
        return find_token(token, hint)

    def revoke_token(self, token, req):
        if req.form["token"] == token.refresh_token:
            revoke_family(token.family)
        else:
            # One object stands for both tokens of an answer: replace it, so that the refresh token lives on.
            ACCESS_TOKENS[token.access_token] = Token(**{**token.__dict__, "revoked": True})


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = AUTH_METHODS

    def query_token(self, token, hint):
        return find_token(token, hint)

    def check_permission(self, token, client, req):
        return True

    def introspect_token(self, token):
        return dict(
            active=True,
            client_id=token.client_id,
            token_type=token.token_type,
            username=token.user_id,
            scope=token.scope,
            sub=token.user_id,
            aud=token.client_id,
            iss=ISSUER,
            iat=token.issued_at,
            exp=token.issued_at + token.expires_in,
        )


class DeviceAuthorization(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = [*AUTH_METHODS, "none"]

    def get_verification_uri(self):
        return ISSUER + "/device"

    def save_device_credential(self, client_id, scope, data):
        DEVICE_CODES[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id, scope=scope, expires_at=time.time() + data["expires_in"], **data
        )


class Registration(ClientRegistrationEndpoint):
    def authenticate_token(self, req):
        return {"open": True}

    def get_server_metadata(self):
        return metadata()

    def save_client(self, info, registered, req):
        client = Client(info["client_id"], info["client_secret"], dict(registered))
        CLIENTS[client.client_id] = client
        return client


class EndSession(EndSessionEndpoint):
    def get_server_jwks(self):
        return KEYS

    def end_session(self, req):
        session.clear()


class Bearer(BearerTokenValidator):
    def authenticate_token(self, token):
        return ACCESS_TOKENS.get(token)


class Info(UserInfoEndpoint):
    def get_issuer(self):
        return ISSUER

    def resolve_private_key(self):
        return KEYS

    def generate_user_info(self, user, scope):
        return UserInfo(**{name: value for name, value in user.items() if name != "password"}).filter(scope)


protector = ResourceProtector()
protector.register_token_validator(Bearer())
server.register_endpoint(Revocation)
server.register_endpoint(Introspection)
server.register_endpoint(DeviceAuthorization)
server.register_endpoint(Registration(claims_classes=[OAuthMetadata, OpenIDMetadata, LogoutMetadata]))
server.register_endpoint(EndSession)
server.register_endpoint(Info(resource_protector=protector))


def metadata():
    return dict(
        issuer=ISSUER,
        authorization_endpoint=ISSUER + "/authorize",
        token_endpoint=ISSUER + "/token",
        userinfo_endpoint=ISSUER + "/userinfo",
        jwks_uri=ISSUER + "/jwks.json",
        registration_endpoint=ISSUER + "/register",
        revocation_endpoint=ISSUER + "/revoke",
        introspection_endpoint=ISSUER + "/introspect",
        end_session_endpoint=ISSUER + "/logout",
        device_authorization_endpoint=ISSUER + "/device_authorization",
        scopes_supported=SCOPES,
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials", DEVICE],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256", "ES256"],
        userinfo_signing_alg_values_supported=["RS256", "ES256"],
        token_endpoint_auth_methods_supported=[*AUTH_METHODS, "none"],
        token_endpoint_auth_signing_alg_values_supported=["HS256", "RS256", "ES256"],
        code_challenge_methods_supported=Pkce.SUPPORTED_CODE_CHALLENGE_METHOD,
        authorization_response_iss_parameter_supported=True,
        prompt_values_supported=["none", "login", "consent", "select_account"],
        claims_supported=[
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "amr", "acr", "nonce", "name", "given_name", "family_name"),
            *("preferred_username", "email", "email_verified", "phone_number", "phone_number_verified", "address"),
            *("locale", "zoneinfo", "updated_at"),
        ],
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        claims_parameter_supported=False,
        acr_values_supported=["0"],
    )


def page(title, body):
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


def anti_forgery():
    token = session.setdefault("anti_forgery", secrets.token_urlsafe(16))
    return f'<input type="hidden" name="anti_forgery" value="{token}">'


def forged():
    sent, kept = request.form.get("anti_forgery", ""), session.get("anti_forgery", "")
    return not kept or not secrets.compare_digest(sent.encode(), kept.encode())


def refuse_forgery():
    return page("Error", "<p>This form was not made for this browser.</p>"), 403


def error_page(error):
    return page("Error", f"<p>{escape(error.error)}: {escape(error.get_error_description() or '')}</p>"), 400


def signed_in():
    user_id = session.get("user_id")
    return User(USERS[user_id]) if user_id in USERS else None


def to_login():
    return redirect("/login?next=" + quote(request.full_path, safe=""))


@app.after_request
def guard_pages(response):
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


@app.get("/.well-known/openid-configuration")
@app.get("/.well-known/oauth-authorization-server")
def discovery():
    return jsonify(metadata())


@app.get("/jwks.json")
def jwks():
    response = jsonify(PUBLIC_KEYS)
    response.headers["Content-Type"] = "application/jwk-set+json"
    return response


@app.route("/login", methods=["GET", "POST"])
def login():
    back, message = request.values.get("next", "/"), ""
    if not back.startswith("/") or back.startswith("//"):
        back = "/"
    if request.method == "POST":
        if forged():
            return refuse_forgery()
        user = USERS.get(request.form.get("username", ""))
        password = request.form.get("password", "")
        if user and secrets.compare_digest(user["password"].encode(), password.encode()):
            # Consent belongs to the user who gave it.
            consents = session.get("consents", {}) if session.get("user_id") == user["sub"] else {}
            session.update(user_id=user["sub"], auth_time=int(time.time()), fresh=True, consents=consents)
            return redirect(back, 303)
        message = '<p class="error">Wrong username or password</p>'
    form = f"""{message}<form method="post" action="/login">{anti_forgery()}<input type="hidden" name="next" value="{escape(back)}">
<label>Username <input name="username" type="text" required></label>
<label>Password <input name="password" type="password" required></label>
<button type="submit">Log in</button></form>"""
    return page("Login", form), 401 if message else 200


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    if request.method == "POST" and "client_id" not in request.args:
        # An authorization request by POST: its parameters, doubled ones too, go on by GET.
        return redirect("/authorize?" + urlencode(list(request.form.items(multi=True))), 303)
    user = signed_in()
    prompts = (request.values.get("prompt") or "").split()
    fresh = session.pop("fresh", False) if request.method == "GET" else session.get("fresh", False)
    client = CLIENTS.get(request.values.get("client_id"))
    default_max_age = client.client_metadata.get("default_max_age", "") if client else ""
    max_age = request.values.get("max_age") or str(default_max_age)
    age = time.time() - session.get("auth_time", 0)
    stale = bool(user) and not LAX and max_age.isdigit() and age > int(max_age) and not fresh
    if stale and "none" in prompts:
        user = None
    try:
        grant = server.get_consent_grant(end_user=user)
    except OAuth2Error as error:
        if getattr(error, "redirect_uri", None):
            return server.handle_error_response(request, error)
        return error_page(error)
    asked = set(scope_to_list(grant.request.payload.scope or ""))
    client_id = grant.client.client_id
    granted = set(session.get("consents", {}).get(client_id, []))
    if request.method == "POST":
        if not user:
            return to_login()
        if forged():
            return refuse_forgery()
        allowed = request.form.get("confirm") == "yes"
        if allowed:
            session["consents"] = {**session.get("consents", {}), client_id: sorted(asked | granted)}
        return server.create_authorization_response(grant=grant, grant_user=user if allowed else None)
    if not user or stale or (grant.prompt in ("login", "select_account") and not fresh):
        return to_login()
    if asked <= granted and "consent" not in prompts:
        return server.create_authorization_response(grant=grant, grant_user=user)
    if "none" in prompts:
        error = ConsentRequiredError(redirect_uri=grant.request.payload.redirect_uri)
        error.state = grant.request.payload.state
        return server.handle_error_response(request, error)
    form = f"""<p>{escape(client_id)} asks for: {escape(" ".join(sorted(asked)))}</p>
<form method="post" action="{escape(request.full_path)}">{anti_forgery()}
<button name="confirm" value="yes" type="submit">Allow</button>
<button name="confirm" value="no" type="submit">Deny</button></form>"""
    return page("Consent", form)


@app.post("/token")
def token():
    # The library looks a code or refresh token up first and ends it later: what a database would do by a transaction.
    with ONE_AT_A_TIME:
        return server.create_token_response()


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response("revocation")


@app.post("/introspect")
def introspect():
    return server.create_endpoint_response("introspection")


@app.post("/device_authorization")
def device_authorization():
    return server.create_endpoint_response("device_authorization")


@app.post("/register")
def register():
    return server.create_endpoint_response("client_registration")


@app.route("/userinfo", methods=["GET", "POST"])
def userinfo():
    return server.create_endpoint_response("userinfo")


@app.route("/logout", methods=["GET", "POST"])
def logout():
    try:
        asked = server.validate_endpoint_request("end_session")
    except OAuth2Error as error:
        return error_page(error)
    if asked.needs_confirmation and (request.form.get("confirm") != "yes" or forged()):
        form = f"""<form method="post" action="{escape(request.full_path)}">{anti_forgery()}
<button name="confirm" value="yes" type="submit">Log out</button></form>"""
        return page("Logout", form)
    return server.create_endpoint_response("end_session", asked) or page("Logged out", "<p>Signed out.</p>")


@app.route("/device", methods=["GET", "POST"])
def device():
    user = signed_in()
    if not user:
        return to_login()
    if request.method == "POST":
        if forged():
            return refuse_forgery()
        DEVICE_GRANTS[request.form["user_code"]] = (user, request.form.get("confirm") == "yes")
        return page("Device", "<p>Done.</p>")
    code = escape(request.args.get("user_code", ""))
    form = f"""<form method="post" action="/device">{anti_forgery()}<input name="user_code" type="text" value="{code}">
<button name="confirm" value="yes" type="submit">Allow</button>
<button name="confirm" value="no" type="submit">Deny</button></form>"""
    return page("Device", form)


if __name__ == "__main__":
    from werkzeug.serving import make_server

    certificate = (os.path.join(WORK, "tls.pem"), os.path.join(WORK, "tls.key")) if TLS else None
    listener = make_server("127.0.0.1", PORT, app, threaded=True, ssl_context=certificate)
    print("READY", ISSUER, flush=True)
    listener.serve_forever()
