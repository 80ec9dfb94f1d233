"""Rates of PyJWT over the tokens that `cargo bench --bench jwt -- --export FILE` wrote."""

import json
import sys
import time

import jwt


def key_of(subject):
    if "secret" in subject:
        return subject["secret"].encode()
    return jwt.PyJWK(subject["jwk"]).key


def rate(subject, seconds):
    key = key_of(subject)
    options = {"require": ["exp", "iss", "aud", "sub", "iat"]}

    def decode():
        jwt.decode(
            subject["token"],
            key,
            algorithms=[subject["alg"]],
            audience=subject["audience"],
            issuer=subject["issuer"],
            options=options,
        )

    best = 0.0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(50):
            decode()
        best = max(best, 50 / (time.perf_counter() - start))
    return best


subjects = json.load(open(sys.argv[1]))
print(json.dumps({subject["alg"]: rate(subject, float(sys.argv[2])) for subject in subjects}))
