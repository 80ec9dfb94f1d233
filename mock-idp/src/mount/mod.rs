//! The two mounts of the core: wiremock for scripted tests, hyper for TLS, broken transport and load.

pub(crate) mod hyper;
mod service;
mod tls;
pub(crate) mod wiremock;

pub(crate) use service::Service;
pub(crate) use tls::Certificates;
