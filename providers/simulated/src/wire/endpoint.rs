//! Where a world listens: `unix:/path`, or `tcp:127.0.0.1:PORT`.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a world listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket's path.
    Unix(PathBuf),
    /// A port of this machine alone.
    Tcp(SocketAddr),
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Endpoint, String> {
        let refused = format!("{text:?} is neither `unix:/path` nor `tcp:127.0.0.1:PORT`");
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(Endpoint::Unix(path.into())),
            Some(("tcp", address)) => {
                let address: SocketAddr = address.parse().map_err(|_| refused.clone())?;
                // It asks nobody for a password, and holds secrets.
                match address.ip().is_loopback() {
                    true => Ok(Endpoint::Tcp(address)),
                    false => Err(format!("{refused}; it must be a loopback address")),
                }
            }
            _ => Err(refused),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Unix(path) => write!(f, "unix:{}", path.display()),
            Endpoint::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows_and_refuses_the_rest() {
        for text in ["unix:/tmp/a b", "tcp:127.0.0.1:8080", "tcp:[::1]:1"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for text in [
            "/tmp/a",
            "unix:a",
            "tcp:0.0.0.0:1",
            "tcp:192.0.2.1:1",
            "http://x",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
