//! Which certificates are trusted.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::error::ConfigError;

/// TLS that trusts what the system trusts, what the certificates of `cacert` (PEM) have signed, and these
/// certificates themselves.
///
/// # Errors
/// There is no certificate in `cacert`, or one that can't be read.
pub(super) fn tls(cacert: Option<&[u8]>) -> Result<ClientConfig, ConfigError> {
    let own: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(cacert.unwrap_or_default())
            .collect::<Result<_, _>>()
            .map_err(|e| ConfigError::new(format!("cacert: {e}")))?;
    if own.is_empty() && cacert.is_some() {
        return Err(ConfigError::new("cacert: no certificate in the file"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = rustls_platform_verifier::Verifier::new_with_extra_roots(
        own.iter().cloned(),
        Arc::clone(&provider),
    )
    .map_err(|e| match cacert {
        Some(_) => ConfigError::new(format!("cacert: {e}")),
        None => failed(&e),
    })?;
    config(provider, Arc::new(Trust { chain, own }))
}

/// TLS that takes any certificate.
///
/// # Errors
/// Never with the cryptography that is built in.
pub(super) fn none() -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let anyone = Arc::new(Anyone(provider.signature_verification_algorithms));
    config(provider, anyone)
}

fn config(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, ConfigError> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(&e))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn failed(error: &Error) -> ConfigError {
    ConfigError::new(format!("TLS: {error}"))
}

/// Whoever holds the key of the certificate that is shown.
#[derive(Debug)]
struct Anyone(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// `openssl req -x509` makes a certificate that says of itself that it is an authority. A server that presents
/// it is refused by rustls although the user named this very certificate; other clients accept it.
#[derive(Debug)]
struct Trust {
    chain: rustls_platform_verifier::Verifier,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.chain.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verdict {
            // What else could be wrong with it, such as its dates, was looked at before.
            Err(error) if is_authority(&error) && self.own.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Whether the only complaint is that an authority's certificate is a server's. rustls has no name of its own
/// for it.
fn is_authority(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            format!("{other:?}").contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

    use super::*;

    /// A certificate that has signed itself, for 127.0.0.1 and `op.test`.
    fn certificate(authority: bool, until: i32) -> rcgen::Certificate {
        let names = vec!["127.0.0.1".to_owned(), "op.test".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    fn verify(trusted: &rcgen::Certificate, shown: &rcgen::Certificate, name: &str) -> String {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let own = vec![trusted.der().clone()];
        let chain = rustls_platform_verifier::Verifier::new_with_extra_roots(own.clone(), provider)
            .unwrap();
        let verdict = Trust { chain, own }.verify_server_cert(
            shown.der(),
            &[],
            &ServerName::try_from(name.to_owned()).unwrap(),
            &[],
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_795_000_000)),
        );
        match verdict {
            Ok(_) => "trusted".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn the_named_certificate_is_trusted_and_nothing_else() {
        let authority = certificate(true, 2040);
        let leaf = certificate(false, 2040);
        let expired = certificate(true, 2021);
        for (what, trusted, shown, name, expected) in [
            ("itself", &authority, &authority, "127.0.0.1", "trusted"),
            (
                "itself, by name",
                &authority,
                &authority,
                "op.test",
                "trusted",
            ),
            (
                "another host",
                &authority,
                &authority,
                "127.0.0.2",
                "NotValidForName",
            ),
            (
                "one like it",
                &authority,
                &certificate(true, 2040),
                "127.0.0.1",
                "CaUsedAsEndEntity",
            ),
            ("expired", &expired, &expired, "127.0.0.1", "Expired"),
            ("no authority, itself", &leaf, &leaf, "127.0.0.1", "trusted"),
            (
                "signed by another of the same name",
                &authority,
                &leaf,
                "127.0.0.1",
                "BadSignature",
            ),
        ] {
            let verdict = verify(trusted, shown, name);
            assert!(verdict.contains(expected), "{what}: {verdict}");
        }
    }

    #[test]
    fn a_file_without_a_certificate() {
        for text in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n###\n-----END CERTIFICATE-----\n",
        ] {
            let error = tls(Some(text.as_bytes())).unwrap_err();
            assert!(error.message.starts_with("cacert: "), "{error}");
        }
    }
}
