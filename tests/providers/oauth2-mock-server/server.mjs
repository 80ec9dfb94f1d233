// oauth2-mock-server as a target that must fail broadly: it takes any client, secret and redirect_uri, shows no page,
// keeps no session, and its user is always "johndoe".   Variables: PORT, TLS, WORK, INSTALLED (all from start.sh).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { PORT, TLS, WORK, INSTALLED } = process.env;
const entry = createRequire(join(INSTALLED, 'package.json')).resolve('oauth2-mock-server');
const { OAuth2Server } = await import(pathToFileURL(entry));

const tls = TLS === '1';
const server = tls ? new OAuth2Server(join(WORK, 'tls.key'), join(WORK, 'tls.pem')) : new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(Number(PORT), '127.0.0.1');
// The product says "localhost"; the address it listens on is what we ask for.
server.issuer.url = `${tls ? 'https' : 'http'}://127.0.0.1:${PORT}`;
console.log(`READY ${server.issuer.url}`);
