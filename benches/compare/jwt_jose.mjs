// Rates of jose over the tokens that `cargo bench --bench jwt -- --export FILE` wrote.

import { readFileSync } from "node:fs";
import { importJWK, jwtVerify } from "jose";

const [file, seconds] = process.argv.slice(2);
const rates = {};
for (const subject of JSON.parse(readFileSync(file, "utf8"))) {
  const key = subject.secret
    ? new TextEncoder().encode(subject.secret)
    : await importJWK(subject.jwk, subject.alg);
  const options = {
    algorithms: [subject.alg],
    audience: subject.audience,
    issuer: subject.issuer,
    requiredClaims: ["exp", "sub", "iat"],
  };
  let best = 0;
  const end = performance.now() + Number(seconds) * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    for (let i = 0; i < 50; i++) await jwtVerify(subject.token, key, options);
    best = Math.max(best, 50_000 / (performance.now() - start));
  }
  rates[subject.alg] = best;
}
console.log(JSON.stringify(rates));
