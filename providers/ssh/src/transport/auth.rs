//! Proving who we are: a key in the host value, a key file, the agent, the usual key files.

use super::host_key::fingerprint;
use super::key::{Key, Unusable};
use super::rsa::RsaSigner;
use super::ssh::Listener;
use crate::session::Settings;
use provider::{Host, ProviderProblem};
use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::ssh_key::PublicKey;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg};
use std::path::{Path, PathBuf};

/// sshd hangs up after six failures.
const MOST_KEYS: usize = 5;

/// Logs in, or says what was tried.
pub(crate) async fn log_in(
    session: &mut Handle<Listener>,
    host: &Host,
    settings: &Settings,
) -> Result<(), ProviderProblem> {
    let mut tried = Vec::new();
    if let Some(key) = &host.private_key {
        let key = key.expose();
        let text = key.as_str().unwrap_or_default();
        let key = Key::of(text).map_err(|e| {
            ProviderProblem::error(format!(
                "`private_key` of {} can't be used: {e}",
                host.address
            ))
            .help(
                "it must be a whole private key without a passphrase; one with a passphrase \
                 belongs into the agent (`ssh-add`), and `private_key` is left out",
            )
        })?;
        return match offer(session, host, key, "`private_key`", &mut tried).await? {
            true => Ok(()),
            false => Err(refused(host, tried)),
        };
    }
    if let Some(path) = &host.identity {
        let path = expand(path);
        let key = Key::load(&path).map_err(|e| unreadable(&path, &e))?;
        return match offer(session, host, key, &path.display().to_string(), &mut tried).await? {
            true => Ok(()),
            false => Err(refused(host, tried)),
        };
    }
    let (agent, keys) = (settings.agent.as_deref(), &settings.keys);
    let publics = publics(&keys.files);
    let (first, others) = match keys.files.is_empty() {
        true => (Wanted::All, None),
        false => (
            Wanted::Only(&publics),
            (!keys.only).then_some(Wanted::Without(&publics)),
        ),
    };
    if ask_agent(session, host, agent, first, &mut tried).await? {
        return Ok(());
    }
    let files = match keys.files.is_empty() {
        true if keys.only => Vec::new(),
        true => usual_files(),
        false => keys.files.clone(),
    };
    for path in files {
        let name = path.display().to_string();
        match Key::load(&path) {
            Ok(key) if tried.len() < MOST_KEYS => {
                if offer(session, host, key, &name, &mut tried).await? {
                    return Ok(());
                }
            }
            Ok(_) => {}
            // A key that needs a passphrase is the agent's business.
            Err(e) => tried.push(format!("{name}: {e}")),
        }
    }
    if let Some(others) = others
        && ask_agent(session, host, agent, others, &mut tried).await?
    {
        return Ok(());
    }
    Err(refused(host, tried))
}

async fn offer(
    session: &mut Handle<Listener>,
    host: &Host,
    key: Key,
    name: &str,
    tried: &mut Vec<String>,
) -> Result<bool, ProviderProblem> {
    let (user, public) = (&host.user, key.public().clone());
    for hash in hashes(session, &public).await {
        tried.push(format!("{name}: {}", shown(&public, hash)));
        let answer = match &key {
            Key::Plain(key) => {
                let key = PrivateKeyWithHashAlg::new(key.clone(), hash);
                let answer = session.authenticate_publickey(user, key).await;
                answer.map_err(|e| e.to_string())
            }
            Key::Rsa(key) => {
                let (public, signer) = (public.clone(), &mut RsaSigner(key));
                let answer = session.authenticate_publickey_with(user, public, hash, signer);
                answer.await.map_err(|e| e.to_string())
            }
        };
        if answer.map_err(|e| hung_up(host, tried, &e))?.success() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn ask_agent(
    session: &mut Handle<Listener>,
    host: &Host,
    agent: Option<&Path>,
    wanted: Wanted<'_>,
    tried: &mut Vec<String>,
) -> Result<bool, ProviderProblem> {
    let Some(path) = agent else {
        tried.push("no agent: SSH_AUTH_SOCK is not set".into());
        return Ok(false);
    };
    let mut agent = match AgentClient::connect_uds(path).await {
        Ok(agent) => agent,
        Err(e) => {
            tried.push(format!("no agent at {}: {e}", path.display()));
            return Ok(false);
        }
    };
    let identities = agent.request_identities().await.unwrap_or_default();
    if identities.is_empty() {
        tried.push(format!("the agent at {} holds no key", path.display()));
    }
    let mut offers = 0;
    for identity in identities {
        let AgentIdentity::PublicKey { key, .. } = identity else {
            continue;
        };
        if !wanted.takes(&key) {
            continue;
        }
        for hash in hashes(session, &key).await {
            offers += 1;
            if offers > MOST_KEYS {
                return Ok(false);
            }
            tried.push(format!("the agent: {}", shown(&key, hash)));
            let answer = session
                .authenticate_publickey_with(&host.user, key.clone(), hash, &mut agent)
                .await;
            match answer {
                Ok(answer) if answer.success() => return Ok(true),
                Ok(_) => {}
                Err(e) if session.is_closed() => return Err(hung_up(host, tried, &e.to_string())),
                Err(e) => tried.push(format!("the agent would not sign: {e}")),
            }
        }
    }
    Ok(false)
}

/// What a key signs with, the best first. An RSA key: never SHA-1, and what the host says it
/// knows it does not always take.
async fn hashes(session: &Handle<Listener>, key: &PublicKey) -> Vec<Option<HashAlg>> {
    if !matches!(key.algorithm(), Algorithm::Rsa { .. }) {
        return vec![None];
    }
    match session.best_supported_rsa_hash().await.ok().flatten() {
        Some(Some(HashAlg::Sha256)) => vec![Some(HashAlg::Sha256)],
        _ => vec![Some(HashAlg::Sha512), Some(HashAlg::Sha256)],
    }
}

/// A key as messages name it.
fn shown(key: &PublicKey, hash: Option<HashAlg>) -> String {
    match hash {
        Some(_) => format!("{} by {}", fingerprint(key), Algorithm::Rsa { hash }),
        None => fingerprint(key),
    }
}

/// Which of the agent's keys are tried.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    All,
    Only(&'a [PublicKey]),
    Without(&'a [PublicKey]),
}

impl Wanted<'_> {
    fn takes(&self, key: &PublicKey) -> bool {
        let among = |keys: &[PublicKey]| keys.iter().any(|k| k.key_data() == key.key_data());
        match self {
            Wanted::All => true,
            Wanted::Only(keys) => among(keys),
            Wanted::Without(keys) => !among(keys),
        }
    }
}

/// The public keys of key files: beside them, or they are public ones themselves.
fn publics(files: &[PathBuf]) -> Vec<PublicKey> {
    let beside = |file: &PathBuf| {
        let mut name = file.clone().into_os_string();
        name.push(".pub");
        [PathBuf::from(name), file.clone()]
    };
    let texts = files
        .iter()
        .flat_map(beside)
        .flat_map(std::fs::read_to_string);
    texts
        .filter_map(|t| PublicKey::from_openssh(t.trim()).ok())
        .collect()
}

fn usual_files() -> Vec<PathBuf> {
    let directory = std::env::home_dir().map(|h| h.join(".ssh"));
    let files = ["id_ed25519", "id_ecdsa", "id_rsa"].into_iter();
    files
        .filter_map(|f| Some(directory.as_ref()?.join(f)))
        .filter(|p| p.exists())
        .collect()
}

fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn unreadable(path: &Path, e: &Unusable) -> ProviderProblem {
    let problem = ProviderProblem::error(format!("the key {} can't be used: {e}", path.display()));
    match e {
        Unusable::Encrypted => problem.help(format!(
            "add it to the agent (`ssh-add {}`) and leave `identity` out",
            path.display()
        )),
        Unusable::Because(_) => problem.help(
            "`identity` names a private key without a passphrase: Ed25519, ECDSA or RSA, in the \
             form of OpenSSH or PEM",
        ),
    }
}

fn refused(host: &Host, tried: Vec<String>) -> ProviderProblem {
    let problem = ProviderProblem::error(format!(
        "{} lets nobody in as {} with the keys at hand",
        host.address, host.user
    ));
    // Old hosts take RSA keys by SHA-1 only.
    let old = match tried.iter().any(|t| t.contains("rsa-sha2-")) {
        true => " A host that takes RSA by SHA-1 only needs an Ed25519 key.",
        false => "",
    };
    let problem = tried
        .into_iter()
        .fold(problem, |p, t| p.detail(format!("tried {t}")));
    problem.help(format!(
        "add the public key to ~{}/.ssh/authorized_keys on the machine, or set `user`, `identity` \
         or `private_key` of the host; its log (`journalctl -u ssh`) says why it refused.{old}",
        host.user
    ))
}

fn hung_up(host: &Host, tried: &[String], why: &str) -> ProviderProblem {
    let problem = ProviderProblem::error(format!("{} hung up during the log-in", host.address))
        .detail(why.to_string());
    tried
        .iter()
        .fold(problem, |p, t| p.detail(format!("tried {t}")))
        .help("set `identity` on the host, so that only that key is tried")
}
