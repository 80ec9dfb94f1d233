//! The public key of an X.509 certificate, to compare it with the JWK that carries the certificate in `x5c`
//! ([RFC 7517 section 4.7](https://www.rfc-editor.org/rfc/rfc7517#section-4.7)).
//!
//! Only as much of DER is read as leads to the SubjectPublicKeyInfo
//! ([RFC 5280 section 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)); chain, validity and signature are not judged. Version 1
//! certificates, which providers publish too and TLS libraries refuse, are read as well.

use super::public_key::Curve;

/// The public key in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateKey {
    /// An RSA key; numbers without leading zero octets.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point on a curve, encoded as in the certificate (`04`, x, y; compressed: `02` or `03`, x).
    Ec {
        /// The curve.
        curve: Curve,
        /// The point.
        point: Vec<u8>,
    },
    /// An Ed25519 key.
    Ed25519(Vec<u8>),
    /// A key of a kind that is not compared here.
    Other,
}

/// The certificate can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no DER encoded X.509 certificate")]
pub struct CertificateError;

/// The public key of the DER encoded `certificate`.
///
/// # Errors
/// The octets are no certificate.
pub fn public_key(certificate: &[u8]) -> Result<CertificateKey, CertificateError> {
    read_key(certificate).ok_or(CertificateError)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// The same key, for RSASSA-PSS alone ([RFC 4055 section 1.2](https://www.rfc-editor.org/rfc/rfc4055#section-1.2)).
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const CURVES: [(&[u8], Curve); 4] = [
    (
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        Curve::P256,
    ),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], Curve::P384),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], Curve::P521),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], Curve::Secp256k1),
];

fn read_key(der: &[u8]) -> Option<CertificateKey> {
    let mut certificate = Der(der).content(SEQUENCE)?;
    let mut tbs = certificate.content(SEQUENCE)?;
    if tbs.0.first() == Some(&VERSION) {
        tbs.content(VERSION)?;
    }
    tbs.content(INTEGER)?; // serialNumber
    for _ in ["signature", "issuer", "validity", "subject"] {
        tbs.content(SEQUENCE)?;
    }
    let mut info = tbs.content(SEQUENCE)?;
    let mut algorithm = info.content(SEQUENCE)?;
    let (unused_bits, key) = info.content(BIT_STRING)?.0.split_first()?;
    if *unused_bits != 0 {
        return None;
    }
    let oid = algorithm.content(OBJECT_IDENTIFIER)?.0;
    Some(if oid == RSA_ENCRYPTION || oid == RSASSA_PSS {
        let mut numbers = Der(key).content(SEQUENCE)?;
        CertificateKey::Rsa {
            n: minimal(numbers.content(INTEGER)?.0),
            e: minimal(numbers.content(INTEGER)?.0),
        }
    } else if oid == EC_PUBLIC_KEY {
        let named = algorithm.content(OBJECT_IDENTIFIER).map(|oid| oid.0);
        match CURVES.iter().find(|(oid, _)| Some(*oid) == named) {
            Some((_, curve)) => CertificateKey::Ec {
                curve: *curve,
                point: key.to_vec(),
            },
            None => CertificateKey::Other,
        }
    } else if oid == ED25519 {
        CertificateKey::Ed25519(key.to_vec())
    } else {
        CertificateKey::Other
    })
}

/// `number` without leading zero octets.
pub(crate) fn minimal(number: &[u8]) -> Vec<u8> {
    let start = number.iter().take_while(|octet| **octet == 0).count();
    number[start..].to_vec()
}

/// What is left to read of a DER value.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Takes the next element, which must have `tag`, and gives its content.
    fn content(&mut self, tag: u8) -> Option<Der<'a>> {
        let [found, first, rest @ ..] = self.0 else {
            return None;
        };
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x83 => {
                let (octets, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
                let length = octets
                    .iter()
                    .fold(0, |length, octet| length << 8 | usize::from(*octet));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        (*found == tag).then(|| {
            self.0 = rest;
            Der(content)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_certificate_is_read() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        assert_eq!(
            public_key(certificate.der()),
            Ok(CertificateKey::Ec {
                curve: Curve::P256,
                point: key.public_key_raw().to_vec()
            })
        );
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let certificate = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        assert_eq!(
            public_key(certificate.der()),
            Ok(CertificateKey::Ed25519(key.public_key_raw().to_vec()))
        );
    }

    #[test]
    fn an_rsa_key_for_pss_alone_is_an_rsa_key() {
        let element = |tag: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            [&[tag, length], content].concat()
        };
        let key = element(
            SEQUENCE,
            &[element(INTEGER, &[0, 0xc1, 7]), element(INTEGER, &[3])].concat(),
        );
        for (oid, expected) in [
            (
                RSASSA_PSS,
                CertificateKey::Rsa {
                    n: vec![0xc1, 7],
                    e: vec![3],
                },
            ),
            (&[0x2b, 0x65, 0x71], CertificateKey::Other),
        ] {
            let algorithm = element(SEQUENCE, &element(OBJECT_IDENTIFIER, oid));
            let bits = element(BIT_STRING, &[&[0], key.as_slice()].concat());
            let info = element(SEQUENCE, &[algorithm, bits].concat());
            let before = [element(INTEGER, &[1]), element(SEQUENCE, &[]).repeat(4)];
            let tbs = element(SEQUENCE, &[before.concat(), info].concat());
            assert_eq!(public_key(&element(SEQUENCE, &tbs)), Ok(expected));
        }
    }

    #[test]
    fn no_prefix_and_no_changed_octet_makes_it_panic() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let der = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap()
            .der()
            .to_vec();
        assert_eq!(public_key(&der[..20]), Err(CertificateError));
        assert_eq!(public_key(b""), Err(CertificateError));
        for at in 0..der.len() {
            for octet in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = der.clone();
                changed[at] = octet;
                let _ = public_key(&changed);
            }
            let _ = public_key(&der[..at]);
        }
    }
}
