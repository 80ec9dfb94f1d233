//! Conformance and load testing harness for OpenID Connect providers.
