//! Whether a host is the one it should be: by the key of its value, else by the known hosts.

use provider::{Host, ProviderProblem};
use russh::keys::ssh_key::PublicKey;
use russh::keys::{Algorithm, HashAlg, known_hosts::known_host_keys_path};
use std::path::PathBuf;

/// What the key of one host is checked against.
#[derive(Clone, Debug)]
pub(crate) struct HostKeys {
    address: String,
    port: u16,
    keys: Vec<PublicKey>,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    /// The attribute `host_key` of the host value.
    Value,
    /// Files of known hosts.
    Files(Vec<PathBuf>),
}

impl HostKeys {
    /// Those that are known of a host. None at all is no error: the key is refused when seen.
    /// An alias stands for name and port.
    pub(crate) fn of(
        host: &Host,
        alias: Option<&str>,
        files: &[PathBuf],
    ) -> Result<HostKeys, ProviderProblem> {
        let (address, port) = match alias {
            Some(alias) => (alias.to_string(), 22),
            None => (host.address.clone(), host.port),
        };
        if let Some(text) = &host.host_key {
            let key = PublicKey::from_openssh(text.trim()).map_err(|e| {
                ProviderProblem::error(format!("`host_key` of {address} is no public key: {e}"))
                    .help("write it as in /etc/ssh/ssh_host_ed25519_key.pub: `ssh-ed25519 AAAA…`")
            })?;
            return Ok(HostKeys {
                address,
                port,
                keys: vec![key],
                source: Source::Value,
            });
        }
        let mut keys = Vec::new();
        for file in files {
            let known = known_host_keys_path(&address, port, file).map_err(|e| {
                ProviderProblem::error(format!("{} can't be read: {e}", file.display())).help(
                    format!("mend its lines about {address}, or set `host_key` on the host"),
                )
            })?;
            keys.extend(known.into_iter().map(|(_, key)| key));
        }
        Ok(HostKeys {
            address,
            port,
            keys,
            source: Source::Files(files.to_vec()),
        })
    }

    /// The algorithms to ask for, those of known keys first.
    pub(crate) fn prefer(&self, usual: &[Algorithm]) -> Vec<Algorithm> {
        let known = |a: &Algorithm| self.keys.iter().any(|k| same_kind(&k.algorithm(), a));
        let (mut first, rest): (Vec<_>, Vec<_>) = usual.iter().cloned().partition(known);
        first.extend(rest);
        first
    }

    /// Whether the host may be who it says it is.
    pub(crate) fn check(&self, shown: &PublicKey) -> Result<(), ProviderProblem> {
        if self.is_revoked(shown) {
            return Err(self.refuse("is revoked", shown).help("don't connect to it"));
        }
        if self.keys.iter().any(|k| k.key_data() == shown.key_data()) {
            return Ok(());
        }
        let kind = |k: &PublicKey| same_kind(&k.algorithm(), &shown.algorithm());
        Err(if self.keys.is_empty() {
            self.unknown(shown)
        } else if !self.keys.iter().any(kind) {
            self.other_kind(shown)
        } else {
            self.changed(shown)
        })
    }

    /// The host may have several keys, of which another kind was written down.
    fn other_kind(&self, shown: &PublicKey) -> ProviderProblem {
        let kinds = self.keys.iter().map(|k| k.algorithm().to_string());
        let mut kinds: Vec<_> = kinds.collect();
        kinds.dedup();
        let what = format!(
            "is known as {} only, which Landfall does not take or the host has not",
            kinds.join(", ")
        );
        let problem = self.refuse(&what, shown);
        match &self.source {
            Source::Files(_) => {
                let known = self.unknown(shown);
                problem.help(known.help.unwrap_or_default())
            }
            Source::Value => problem.help(
                "set `host_key` to its Ed25519 key (/etc/ssh/ssh_host_ed25519_key.pub on the \
                 machine)",
            ),
        }
    }

    fn changed(&self, shown: &PublicKey) -> ProviderProblem {
        let expected = self
            .keys
            .iter()
            .map(|k| format!("expected {}", fingerprint(k)));
        let problem = self.refuse("is not the one that is known", shown);
        let problem = expected.fold(problem, ProviderProblem::detail);
        problem.help(match &self.source {
            Source::Value => "somebody may be in between. If the machine was made anew, take its \
                              new key over a way that you trust and set `host_key` to it"
                .to_string(),
            Source::Files(files) => format!(
                "somebody may be in between. If the machine was made anew, compare the \
                 fingerprint on its console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), \
                 then remove the old one: `ssh-keygen -f {} -R '{}'`",
                main_file(files),
                self.name()
            ),
        })
    }

    fn unknown(&self, shown: &PublicKey) -> ProviderProblem {
        let file = match &self.source {
            Source::Files(files) => main_file(files),
            Source::Value => String::new(),
        };
        self.refuse("is not known", shown)
            .detail(format!("looked in {file}"))
            .help(format!(
                "compare the fingerprint on the machine's console (`ssh-keygen -lf \
             /etc/ssh/ssh_host_ed25519_key.pub`), then add it: `ssh-keyscan -p {} {} >> {file}`, \
             or set `host_key` on the host",
                self.port, self.address
            ))
    }

    fn refuse(&self, what: &str, shown: &PublicKey) -> ProviderProblem {
        ProviderProblem::error(format!(
            "the host key of {} {what}; nothing was sent",
            self.name()
        ))
        .detail(format!("it shows {}", fingerprint(shown)))
    }

    fn name(&self) -> String {
        if self.port == 22 {
            self.address.clone()
        } else {
            format!("[{}]:{}", self.address, self.port)
        }
    }

    fn is_revoked(&self, shown: &PublicKey) -> bool {
        let Source::Files(files) = &self.source else {
            return false;
        };
        let texts = files.iter().flat_map(std::fs::read_to_string);
        let Ok(line) = shown.to_openssh() else {
            return false;
        };
        let Some(key) = line.split(' ').nth(1) else {
            return false;
        };
        let text = texts.collect::<Vec<_>>().join("\n");
        text.lines()
            .any(|l| l.starts_with("@revoked") && l.split_whitespace().any(|w| w == key))
    }
}

pub(crate) fn fingerprint(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

/// The first of them: where something is to be mended or added.
fn main_file(files: &[PathBuf]) -> String {
    files
        .first()
        .map_or("~/.ssh/known_hosts".into(), |f| f.display().to_string())
}

fn same_kind(a: &Algorithm, b: &Algorithm) -> bool {
    a == b || (matches!(a, Algorithm::Rsa { .. }) && matches!(b, Algorithm::Rsa { .. }))
}
