// oidc-provider as a target, with the pages it brings for development.   Variables: PORT, WORK, INSTALLED from start.sh, and
//   TLS=1                 https with WORK/tls.pem
//   REFRESH_ALWAYS=1      a refresh token without offline_access
//   REQUIRE_PKCE=1        every client must use PKCE (by default the public ones)
//   REQUIRE_PAR=1         pushed authorization requests only
//   ALL_RESPONSE_TYPES=1  also the response types that give an access token at the authorization endpoint
//   AUTHORIZE_BY_POST=1   the authorization endpoint takes POST too (off in the product by default)
//   SSRF_GUARD=1          keep the product's refusal to call loopback addresses
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { PORT, WORK, INSTALLED } = process.env;
const flag = (name) => process.env[name] === '1';
const entry = createRequire(join(INSTALLED, 'package.json')).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(entry));

const issuer = `${flag('TLS') ? 'https' : 'http'}://127.0.0.1:${PORT}`;

const key = (kid, alg, type, options) => ({
  ...crypto.generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig',
});
const jwks = { keys: [
  key('rs1', 'RS256', 'rsa', { modulusLength: 2048 }),
  key('es1', 'ES256', 'ec', { namedCurve: 'P-256' }),
  key('ps1', 'PS256', 'rsa', { modulusLength: 2048 }),
  key('ed1', 'EdDSA', 'ed25519', {}),
] };

const at = (path, ...origins) => origins.map((origin) => origin + path);
const ORIGINS = ['https://127.0.0.1:8765', 'https://localhost:8765', 'http://127.0.0.1:8765'];
// The product refuses http and localhost for web clients that use the implicit grant.
const HYBRID_ORIGINS = ORIGINS.slice(0, 1);
const GRANTS = ['authorization_code', 'refresh_token'];
const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];
const HYBRID = ['code', 'id_token', 'code id_token'];
const HYBRID_WITH_TOKEN = ['code token', 'code id_token token', 'id_token token'];
const hybrid = flag('ALL_RESPONSE_TYPES') ? [...HYBRID, ...HYBRID_WITH_TOKEN] : HYBRID;
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const client = (id, method, more = {}) => ({
  client_id: id,
  token_endpoint_auth_method: method,
  client_secret: ['none', 'private_key_jwt'].includes(method) ? undefined : 'conformance-secret-0123456789abcdef',
  redirect_uris: [...at('/callback', ...ORIGINS), ...at('/callback2', ...ORIGINS)],
  post_logout_redirect_uris: at('/post-logout', ...ORIGINS),
  grant_types: GRANTS,
  response_types: ['code'],
  scope: SCOPES.join(' '),
  ...more,
});
const clients = [
  client('conformance-client', 'client_secret_basic', {
    backchannel_logout_uri: 'http://127.0.0.1:8765/backchannel-logout', backchannel_logout_session_required: true,
  }),
  client('conformance-client-post', 'client_secret_post', {
    post_logout_redirect_uris: [...at('/post-logout', ...ORIGINS), ...at('/post-logout-other', ...ORIGINS)],
  }),
  client('conformance-client-jwt', 'client_secret_jwt'),
  client('conformance-private-key-jwt', 'private_key_jwt', {
    jwks: JSON.parse(fs.readFileSync(join(WORK, 'client-jwks.json'))),
  }),
  client('conformance-public', 'none'),
  client('conformance-hybrid', 'client_secret_basic', {
    redirect_uris: [...at('/callback', ...HYBRID_ORIGINS), ...at('/callback2', ...HYBRID_ORIGINS)],
    post_logout_redirect_uris: at('/post-logout', ...HYBRID_ORIGINS),
    grant_types: [...GRANTS, 'implicit'], response_types: hybrid,
  }),
  client('conformance-cc', 'client_secret_basic', {
    redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['client_credentials'], response_types: [],
  }),
  client('conformance-device', 'none', {
    redirect_uris: [], post_logout_redirect_uris: [], grant_types: [DEVICE, 'refresh_token'], response_types: [],
  }),
  client('conformance-dpop', 'client_secret_basic', { dpop_bound_access_tokens: true }),
];

const user = (sub, given_name, family_name, more) => ({
  sub, given_name, family_name, name: `${given_name} ${family_name}`, preferred_username: sub,
  profile: `https://example.com/${sub}`, picture: `https://example.com/${sub}.png`, website: `https://${sub}.example.com/`,
  zoneinfo: 'Europe/London', locale: 'en-GB', updated_at: 1700000000,
  email: `${sub}@example.com`, email_verified: true, ...more,
});
const users = {
  alice: user('alice', 'Alice', 'Liddell', {
    nickname: 'al', gender: 'female', birthdate: '1852-05-04',
    phone_number: '+44 20 7946 0000', phone_number_verified: true,
    address: { formatted: '1 Rabbit Hole\nOxford OX1 1AA\nUK', street_address: '1 Rabbit Hole', locality: 'Oxford',
      region: 'Oxfordshire', postal_code: 'OX1 1AA', country: 'UK' },
  }),
  bob: user('bob', 'Bob', 'Builder', { nickname: 'bobby', gender: 'male', birthdate: '1999-04-12' }),
};

const on = { enabled: true };
const provider = new Provider(issuer, {
  clients, jwks,
  cookies: {
    keys: [crypto.randomBytes(16).toString('hex')],
    ...(flag('AUTHORIZE_BY_POST') ? { long: { httpOnly: true, sameSite: 'none', signed: true } } : {}),
  },
  ...(flag('AUTHORIZE_BY_POST') ? { enableHttpPostMethods: true } : {}),
  scopes: SCOPES,
  claims: {
    acr: null, sid: null, auth_time: null, iss: null, openid: ['sub'],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
    profile: ['name', 'given_name', 'family_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website',
      'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  },
  acrValues: ['0'],
  ...(flag('SSRF_GUARD') ? {} : { fetch: (url, { dispatcher, ...options }) => fetch(url, options) }),
  ...(flag('ALL_RESPONSE_TYPES') ? { responseTypes: [...hybrid, 'none'] } : {}),
  findAccount: (ctx, id) => (Object.hasOwn(users, id) ? { accountId: id, claims: () => users[id] } : undefined),
  rotateRefreshToken: true,
  ...(flag('REFRESH_ALWAYS') ? { issueRefreshToken: (ctx, c) => c.grantTypeAllowed('refresh_token') } : {}),
  ...(flag('REQUIRE_PKCE') ? { pkce: { required: () => true } } : {}),
  features: {
    devInteractions: on, revocation: on, introspection: on, jwtIntrospection: on, rpInitiatedLogout: on,
    backchannelLogout: on, deviceFlow: on, clientCredentials: on, claimsParameter: on, requestObjects: on,
    jwtUserinfo: on, jwtResponseModes: on, dPoP: on,
    registration: on, registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: flag('REQUIRE_PAR') },
    resourceIndicators: {
      enabled: true, defaultResource: () => undefined,
      getResourceServerInfo: () => ({ scope: 'api:read', audience: 'urn:conformance:api', accessTokenFormat: 'jwt' }),
    },
  },
});
for (const event of ['server_error', 'authorization.error', 'grant.error', 'backchannel.error',
  'registration_create.error', 'end_session.error', 'revocation.error', 'introspection.error']) {
  provider.on(event, (ctx, error) => console.log(
    `[${event}]`, error?.error ?? error?.message, error?.error_description ?? '', error?.error_detail ?? ''));
}

const handler = provider.callback();
const server = flag('TLS')
  ? https.createServer({ key: fs.readFileSync(join(WORK, 'tls.key')), cert: fs.readFileSync(join(WORK, 'tls.pem')) }, handler)
  : http.createServer(handler);
server.listen(Number(PORT), '127.0.0.1', () => console.log(`READY ${issuer}`));
