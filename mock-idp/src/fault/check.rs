//! The validations that an omission can leave out.

/// One validation of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Check {
    // Authorization request.
    /// The `redirect_uri` is one of the client's, to the letter.
    RedirectUri,
    /// A `redirect_uri` of another client is none of this one's.
    RedirectUriOfClient,
    /// A path that is added makes it another `redirect_uri`.
    RedirectUriPath,
    /// A query that is added makes it another `redirect_uri`.
    RedirectUriQuery,
    /// Another port makes it another `redirect_uri`, for a web client.
    RedirectUriPort,
    /// Capitals make it another `redirect_uri`.
    RedirectUriCase,
    /// A percent escape makes it another `redirect_uri`.
    RedirectUriEncoding,
    /// An OpenID request names its `redirect_uri`.
    RedirectUriRequired,
    /// A `redirect_uri` has no fragment.
    RedirectUriFragment,
    /// The implicit flow of a web client needs an https `redirect_uri`.
    ImplicitHttps,
    /// No parameter comes twice.
    RepeatedParameter,
    /// `request` is refused, as it is not supported.
    RequestParameter,
    /// `request_uri` is refused, as it is not supported.
    RequestUriParameter,
    /// `registration` is refused, as it is not supported.
    RegistrationParameter,
    /// The client may use the `response_type`.
    ResponseTypeOfClient,
    /// A `response_type` without one of the known meanings is refused.
    ResponseType,
    /// A `response_mode` is one of the known.
    ResponseModeKnown,
    /// Tokens never go into a query.
    ResponseMode,
    /// A scope is one of the known.
    ScopeKnown,
    /// A `nonce` comes with an ID token from the authorization endpoint.
    NonceRequired,
    /// `prompt=none` stands alone.
    PromptNoneAlone,
    /// `prompt=none` never shows a page.
    PromptNone,
    /// `prompt=login` asks for the password although there is a session.
    PromptLogin,
    /// `prompt=consent` asks for consent although it was given.
    PromptConsent,
    /// `prompt=select_account` offers the accounts.
    PromptSelectAccount,
    /// A login older than `max_age` is none.
    MaxAge,
    /// The `default_max_age` of the client stands in for `max_age`.
    DefaultMaxAge,
    /// The `id_token_hint` is an ID token of this issuer.
    IdTokenHint,
    /// The user of the hint, or of the `claims` parameter, is the one who logs in.
    RequiredSub,
    /// An essential `acr` is met.
    EssentialAcr,
    /// The user is authenticated before an error is redirected.
    AuthenticateBeforeError,
    /// The user consents.
    Consent,
    /// A public client's requests are never granted without the user.
    PublicClientConsent,
    /// `offline_access` needs `prompt=consent`.
    OfflineAccessConsent,
    /// `offline_access` needs a `response_type` with a code.
    OfflineAccessCode,
    /// The login and consent forms carry their token.
    Csrf,
    // PKCE.
    /// A public client sends a `code_challenge`.
    PkceRequired,
    /// `code_challenge_method` is one of the known.
    PkceMethod,
    /// `code_challenge` has the right form.
    PkceChallengeSyntax,
    /// `code_verifier` has the right form.
    PkceVerifierSyntax,
    /// A code with a challenge needs a verifier.
    PkceVerifierRequired,
    /// The verifier fits the challenge.
    PkceVerifier,
    /// The challenge itself is no verifier for the method S256.
    PkceChallengeAsVerifier,
    /// A challenge without a method is a plain one.
    PkceDefaultPlain,
    /// The method S256 has a digest.
    PkceS256,
    /// The method is that of the authorization request.
    PkceMethodOfRequest,
    /// A verifier of 43 or of 128 characters is as good as others.
    PkceVerifierBounds,
    /// A verifier for a code without a challenge is refused.
    PkceVerifierUnexpected,
    // Code.
    /// A code cannot be guessed.
    CodeEntropy,
    /// A code does not show its `code_challenge`.
    CodeHidesChallenge,
    /// Each character of a code counts.
    CodeEachCharacter,
    /// A code is good for one token request.
    CodeSingleUse,
    /// A code is looked at and marked as used in one go.
    CodeRace,
    /// The tokens of a reused code are revoked.
    CodeReuseRevokes,
    /// A code is good for a minute.
    CodeExpiry,
    /// A code is good for no more than ten minutes.
    CodeLifetime,
    /// A code belongs to its client.
    CodeClient,
    /// The `redirect_uri` of the token request is that of the authorization request.
    CodeRedirectUri,
    /// A `redirect_uri` that was in the authorization request is in the token request.
    CodeRedirectUriRequired,
    // Token request.
    /// The token endpoint takes no GET.
    TokenMethod,
    /// The token endpoint takes no PUT.
    TokenPut,
    /// A parameter without a value counts as omitted.
    TokenEmptyParameter,
    /// A parameter that is not known is ignored.
    TokenUnknownParameter,
    /// A `grant_type` that is not known is refused.
    GrantType,
    /// The password grant is none of ours.
    PasswordGrant,
    /// There is an ID token only where the scope has `openid`.
    OpenidScope,
    /// The body is a form.
    TokenContentType,
    /// No parameter comes twice.
    TokenRepeatedParameter,
    /// The client may use the grant type.
    GrantTypeOfClient,
    /// A scope beyond what is allowed is refused.
    ClientCredentialsScope,
    /// A public client acts for nobody but its user.
    ClientCredentialsPublic,
    // Client authentication.
    /// The client is known and proves that it is.
    ClientAuthentication,
    /// The secret is right.
    ClientSecret,
    /// The method is the registered one.
    ClientAuthMethod,
    /// Two methods at once are refused.
    ClientAuthOnce,
    /// Credentials in the query are none.
    ClientSecretQuery,
    /// The two parts of a Basic header are form-encoded.
    BasicEncoding,
    /// Without `client_id` nobody is a public client.
    PublicClientId,
    /// A client that registered no method has `client_secret_basic`.
    DefaultAuthMethod,
    /// The `client_id` of the body is that of the credentials.
    ClientIdMatches,
    /// Many wrong secrets are slowed down.
    ClientSecretRate,
    /// A right client assertion is taken.
    AssertionRight,
    /// The algorithm of a client assertion is the registered one.
    AssertionAlgorithm,
    /// The signature of a client assertion.
    AssertionSignature,
    /// A client assertion without a signature is none.
    AssertionUnsigned,
    /// A public key is no secret.
    AssertionKeyConfusion,
    /// `client_assertion_type` is the one of JWTs.
    AssertionType,
    /// A `client_id` beside a client assertion is that of the assertion.
    AssertionClientId,
    /// The token endpoint is an audience of client assertions.
    AssertionTokenEndpoint,
    /// `aud` of a client assertion.
    AssertionAudience,
    /// `iss` of a client assertion.
    AssertionIssuer,
    /// `sub` of a client assertion.
    AssertionSubject,
    /// `exp` of a client assertion.
    AssertionExpiry,
    /// `nbf` of a client assertion.
    AssertionNotBefore,
    /// `aud` of a client assertion may be a list.
    AssertionAudienceList,
    /// The key that the header of a client assertion brings is none.
    AssertionKeyOfHeader,
    /// A client assertion has a `jti`.
    AssertionJti,
    /// `jti` of a client assertion is new.
    AssertionReplay,
    // Refresh.
    /// A refresh token is replaced at each use.
    RefreshRotation,
    /// A refresh token that replaced another one is replaced in its turn.
    RefreshRotationAgain,
    /// A refresh may ask for less scope.
    RefreshNarrowing,
    /// A used refresh token is refused to other clients too.
    RefreshReplayByOther,
    /// A used refresh token is refused.
    RefreshSingleUse,
    /// A refresh token is looked at and marked as used in one go.
    RefreshRace,
    /// No refresh token is handed out twice.
    RefreshTokenUnique,
    /// Reuse revokes the family.
    RefreshReuseRevokes,
    /// A refresh token belongs to its client.
    RefreshClient,
    /// A scope beyond that of the grant is refused.
    RefreshScope,
    /// The next refresh token has the scope of the one before, not of the request.
    RefreshKeepsScope,
    /// A revoked refresh token is dead.
    RefreshRevoked,
    /// A refresh token expires.
    RefreshExpiry,
    // Bearer tokens.
    /// An access token expires.
    AccessTokenExpiry,
    /// A revoked access token is dead.
    AccessTokenRevoked,
    /// The signature of an access token.
    AccessTokenIntegrity,
    /// No access token is handed out twice.
    AccessTokenUnique,
    /// An access token cannot be guessed.
    AccessTokenEntropy,
    /// An ID token is no access token.
    UserinfoTokenType,
    /// UserInfo needs the scope `openid`.
    UserinfoScope,
    /// A token in the query is no token.
    UserinfoQueryToken,
    /// A token in a body counts only by POST, in a form.
    UserinfoBodyToken,
    /// Two tokens in one request are refused.
    UserinfoTokenOnce,
    // Revocation.
    /// A client revokes only its own tokens.
    RevocationClient,
    /// The client authenticates.
    RevocationAuthentication,
    /// The endpoint takes POST only.
    RevocationMethod,
    /// A refresh token that was rotated stays dead when its successor is revoked.
    RevocationPredecessor,
    /// `token` is there.
    RevocationTokenRequired,
    /// A wrong `token_type_hint` does not stop the search.
    RevocationHint,
    /// The token is really dead.
    RevocationEffect,
    /// With a refresh token the whole grant goes.
    RevocationCascade,
    // Introspection.
    /// The caller authenticates.
    IntrospectionAuthentication,
    /// A caller learns of its own tokens only.
    IntrospectionClient,
    /// `token` is there.
    IntrospectionTokenRequired,
    /// A wrong `token_type_hint` does not stop the search.
    IntrospectionHint,
    /// An expired token is not active.
    IntrospectionExpiry,
    /// A revoked token is not active.
    IntrospectionRevoked,
    // Logout.
    /// The hint is an ID token of this issuer.
    LogoutHint,
    /// A hint without a signature is none.
    LogoutHintUnsigned,
    /// The hint of another issuer is none.
    LogoutHintIssuer,
    /// The hint is of the user who is logged in.
    LogoutHintUser,
    /// The hint was issued to `client_id`.
    LogoutClient,
    /// The user is asked when there is no hint, or that of another user.
    LogoutConfirmation,
    /// `post_logout_redirect_uri` is registered.
    LogoutRedirectUri,
    /// A `post_logout_redirect_uri` of another client is none of this one's.
    LogoutRedirectUriOfClient,
    /// `post_logout_redirect_uri` needs a hint or the user's word.
    LogoutRedirectNeedsClient,
    /// Without `post_logout_redirect_uri` there is no redirect.
    LogoutRedirectAsked,
    /// The session ends.
    LogoutEndsSession,
    // Metadata.
    /// The document of RFC 8414 stands between host and path of the issuer.
    MetadataPlace,
    /// The session ends when the user says so.
    LogoutEndsConfirmedSession,
    /// A logout without a session is done all the same.
    LogoutWithoutSession,
    // Registration.
    /// Redirect URIs are URIs.
    RegistrationRedirectUris,
    /// A client that users are sent back to has a redirect URI.
    RegistrationRedirectUriMissing,
    /// A redirect URI has no fragment.
    RegistrationFragment,
    /// A redirect URI of a web client is https or on this device.
    RegistrationHttps,
    /// A redirect URI of a web client of the implicit flow is https.
    RegistrationImplicitHttps,
    /// An http redirect URI of a native client is on this device.
    RegistrationNativeHttp,
    /// Grant types and response types go together.
    RegistrationFlows,
    /// ID tokens of the authorization endpoint are signed.
    RegistrationUnsigned,
    /// ID tokens of a public client are not signed by HMAC.
    RegistrationHmac,
    /// What is not known is ignored.
    RegistrationUnknown,
    /// The provider chooses the `client_id`.
    RegistrationChosenId,
    /// Other metadata is well-formed and supported.
    RegistrationMetadata,
    /// A public client has no post-logout redirect URI by http.
    RegistrationPostLogoutUri,
    /// `jwks` and `jwks_uri` exclude each other.
    RegistrationKeysOnce,
    /// The registration access token is that of the client.
    RegistrationAccessToken,
    /// An update names the client.
    RegistrationClientId,
    /// A token that asks for an unknown client is revoked.
    RegistrationTokenRevoked,
    /// An update cannot set what only the server sets.
    RegistrationAssigned,
    /// A redirect URI that an update left out is gone.
    RegistrationOldRedirectUris,
    /// An update cannot choose the secret.
    RegistrationSecret,
    /// An update replaces lists, and what it leaves out.
    RegistrationReplace,
    /// A deleted client is gone.
    RegistrationDelete,
    /// A deleted client's tokens are gone.
    RegistrationDeleteRevokes,
}
