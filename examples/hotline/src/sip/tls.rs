//! Who we are to those who connect by TLS (RFC 3261 §26.3), and who those we call must prove to be.
//! The connections that we make the stack makes itself, as it needs them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rsipstack::transport::TlsConfig;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::config::{Config, Listen, Tls};

/// A certificate with its key, and who vouches for others.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(super) listen: Listen,
    pub(super) acceptor: TlsAcceptor,
    calling: TlsConfig,
}

impl Identity {
    /// Reads the files of a configuration, if it has TLS at all.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub(crate) fn load(config: &Config) -> anyhow::Result<Option<Identity>> {
        let Some(tls) = &config.tls else {
            return Ok(None);
        };
        let Tls { certificate, key, ca, .. } = tls;
        let wrong =
            |span, key: &str, error: anyhow::Error| config.error(span, key, format!("{error:#}"));
        let chain = certificates(certificate.get_ref())
            .map_err(|error| wrong(certificate.span(), "tls.certificate", error))?;
        let private =
            private_key(key.get_ref()).map_err(|error| wrong(key.span(), "tls.key", error))?;
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| wrong(key.span(), "tls.key", error.into()))?;
        let ca_certs = match ca {
            Some(ca) => {
                let read = roots(ca.get_ref()).and_then(|()| Ok(std::fs::read(ca.get_ref())?));
                Some(read.map_err(|error| wrong(ca.span(), "tls.ca", error))?)
            }
            None => None,
        };
        Ok(Some(Identity {
            listen: tls.listen(),
            acceptor: TlsAcceptor::from(Arc::new(server)),
            // No trust in anybody where there is no file.
            calling: TlsConfig {
                ca_certs: Some(ca_certs.unwrap_or_default()),
                ..TlsConfig::default()
            },
        }))
    }

    /// How servers that are called are to prove who they are.
    pub(super) fn calling(&self) -> TlsConfig {
        self.calling.clone()
    }
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.with_context(|| path.display().to_string())?;
    anyhow::ensure!(!all.is_empty(), "{}: no certificate in it", path.display());
    Ok(all)
}

fn private_key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).with_context(|| path.display().to_string())
}

/// Whether a file holds certificates by which others can be judged.
fn roots(path: &Path) -> anyhow::Result<()> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
