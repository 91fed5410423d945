//! The address of a database: what the driver understands of it, and how the way there is kept
//! private. TLS always means that the server is who the address says.

use crate::backend::StoreError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// An address that was understood.
pub(super) struct Address {
    /// Where to, as whom.
    pub(super) config: Config,
    /// None where the way is plain.
    pub(super) tls: Option<MakeRustlsConnect>,
}

/// What the address says of TLS, taken out of it.
#[derive(Debug, Default, PartialEq)]
struct Said {
    mode: Option<String>,
    roots: Option<PathBuf>,
}

impl Address {
    /// Of `postgres://user@host/database?sslmode=…&sslrootcert=…`.
    ///
    /// # Errors
    /// Where it is not understood, or the certificates it names can't be read.
    pub(super) fn parse(url: &str) -> Result<Address, StoreError> {
        let (url, said) = take_tls(url);
        let mut config = Config::from_str(&url).map_err(|e| {
            refused(format!(
                "this is no address of a PostgreSQL database ({e}); expected \
                 postgres://user@host/database, or postgres:///database?host=/directory/of/socket"
            ))
        })?;
        let wanted = match said.mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            None => !config.get_hosts().iter().all(stays_here),
            Some(other) => {
                return Err(refused(format!(
                    "sslmode={other} is not understood; expected `disable`, or `require`, which \
                     verifies the server's certificate and name. Whoever may fall back to a plain \
                     connection can be made to"
                )));
            }
        };
        config.ssl_mode(match wanted {
            true => SslMode::Require,
            false => SslMode::Disable,
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config.application_name("landfall");
        let tls = wanted.then(|| verified(said.roots)).transpose()?;
        Ok(Address { config, tls })
    }
}

/// The address without `sslmode` and `sslrootcert`, and these.
fn take_tls(url: &str) -> (String, Said) {
    let Some((place, query)) = url.split_once('?') else {
        return (url.into(), Said::default());
    };
    let mut said = Said::default();
    let rest = query.split('&').filter(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        match name {
            "sslmode" => said.mode = Some(value.into()),
            "sslrootcert" => said.roots = Some(PathBuf::from(&*value)),
            _ => return true,
        }
        false
    });
    let rest: Vec<_> = rest.collect();
    let question = if rest.is_empty() { "" } else { "?" };
    (format!("{place}{question}{}", rest.join("&")), said)
}

/// Whether what is sent to it leaves no computer.
fn stays_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|a| a.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// TLS with a server that shows a certificate of these authorities, else of the system's.
fn verified(roots: Option<PathBuf>) -> Result<MakeRustlsConnect, StoreError> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(path) => {
            let unreadable = |e: String| {
                let path = path.display();
                refused(format!("no certificate can be read from `{path}`: {e}"))
            };
            let read = CertificateDer::pem_file_iter(&path);
            for certificate in read.map_err(|e| unreadable(e.to_string()))? {
                let certificate = certificate.map_err(|e| unreadable(e.to_string()))?;
                let added = trusted.add(certificate);
                added.map_err(|e| unreadable(e.to_string()))?;
            }
            if trusted.is_empty() {
                return Err(unreadable("there is none in it".into()));
            }
        }
        None => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| refused(format!("no TLS: {e}")))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn refused(message: String) -> StoreError {
    StoreError::Refused(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, tls: Option<bool>) {
        let parsed = Address::parse(url).ok().map(|a| a.tls.is_some());
        assert_eq!(parsed, tls, "{url}");
    }

    #[test]
    fn what_leaves_the_computer_is_private_unless_told_otherwise() {
        check("postgres://u@db.example/d", Some(true));
        check("postgres://u@10.0.0.7/d", Some(true));
        check("postgres://u@localhost/d", Some(false));
        check("postgres://u@127.0.0.1,[::1]/d", Some(false));
        check("postgres://u@localhost,db.example/d", Some(true));
        check("postgres:///d?host=/run/postgresql", Some(false));
        check("postgres://u@db.example/d?sslmode=disable", Some(false));
        check("postgres://u@localhost/d?sslmode=verify-full", Some(true));
        check("postgres://u@localhost/d?sslmode=prefer", None);
        check("postgres://u@h/d?sslrootcert=/no/such/file", None);
        check("nonsense://", None);
    }

    #[test]
    fn only_what_is_said_of_tls_is_taken() {
        let url = "postgres:///d?host=/run&sslmode=require&sslrootcert=%2Fa%20b&user=u";
        let (rest, said) = take_tls(url);
        assert_eq!(rest, "postgres:///d?host=/run&user=u");
        let (mode, roots) = (Some("require".into()), Some(PathBuf::from("/a b")));
        assert_eq!(said, Said { mode, roots });
        assert_eq!(
            take_tls("postgres://h/d?sslmode=disable").0,
            "postgres://h/d"
        );
    }
}
