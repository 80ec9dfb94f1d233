//! An OpenID Provider for tests that can break any single rule on request.
