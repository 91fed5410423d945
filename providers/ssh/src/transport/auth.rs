//! Proving who we are: a key in the host value, a key file, the agent, the usual key files.

use super::host_key::{fingerprint, fingerprint_of};
use super::ssh::Listener;
use provider::{Host, ProviderProblem};
use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{Algorithm, PrivateKey, PrivateKeyWithHashAlg, decode_secret_key};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// sshd hangs up after six failures.
const MOST_KEYS: usize = 5;

/// Logs in, or says what was tried.
pub(crate) async fn log_in(
    session: &mut Handle<Listener>,
    host: &Host,
    agent: Option<&Path>,
) -> Result<(), ProviderProblem> {
    let mut tried = Vec::new();
    if let Some(key) = &host.private_key {
        let key = key.expose();
        let text = key.as_str().unwrap_or_default();
        let key = decode_secret_key(text, None).map_err(|e| {
            ProviderProblem::error(format!(
                "`private_key` of {} can't be used: {e}",
                host.address
            ))
            .help("it must be an unencrypted key in OpenSSH's form")
        })?;
        return match offer(session, host, key, "`private_key`", &mut tried).await? {
            true => Ok(()),
            false => Err(refused(host, tried)),
        };
    }
    if let Some(path) = &host.identity {
        let path = expand(path);
        let key = russh::keys::load_secret_key(&path, None).map_err(|e| unreadable(&path, &e))?;
        return match offer(session, host, key, &path.display().to_string(), &mut tried).await? {
            true => Ok(()),
            false => Err(refused(host, tried)),
        };
    }
    if ask_agent(session, host, agent, &mut tried).await? {
        return Ok(());
    }
    for path in usual_files() {
        // A key that needs a passphrase is the agent's business.
        if let Ok(key) = russh::keys::load_secret_key(&path, None)
            && tried.len() < MOST_KEYS
            && offer(session, host, key, &path.display().to_string(), &mut tried).await?
        {
            return Ok(());
        }
    }
    Err(refused(host, tried))
}

async fn offer(
    session: &mut Handle<Listener>,
    host: &Host,
    key: PrivateKey,
    name: &str,
    tried: &mut Vec<String>,
) -> Result<bool, ProviderProblem> {
    tried.push(format!("{name}: {}", fingerprint_of(&key)));
    let hash = hash_for(session, &key.algorithm()).await;
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let answer = session.authenticate_publickey(&host.user, key).await;
    answer
        .map(|a| a.success())
        .map_err(|e| hung_up(host, tried, &e.to_string()))
}

async fn ask_agent(
    session: &mut Handle<Listener>,
    host: &Host,
    agent: Option<&Path>,
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
    for identity in identities.into_iter().take(MOST_KEYS) {
        let AgentIdentity::PublicKey { key, .. } = identity else {
            continue;
        };
        tried.push(format!("the agent: {}", fingerprint(&key)));
        let hash = hash_for(session, &key.algorithm()).await;
        let answer = session
            .authenticate_publickey_with(&host.user, key, hash, &mut agent)
            .await;
        match answer {
            Ok(answer) if answer.success() => return Ok(true),
            Ok(_) => {}
            Err(e) if session.is_closed() => return Err(hung_up(host, tried, &e.to_string())),
            Err(e) => tried.push(format!("the agent would not sign: {e}")),
        }
    }
    Ok(false)
}

async fn hash_for(
    session: &Handle<Listener>,
    algorithm: &Algorithm,
) -> Option<russh::keys::HashAlg> {
    match algorithm {
        Algorithm::Rsa { .. } => session
            .best_supported_rsa_hash()
            .await
            .ok()
            .flatten()
            .flatten(),
        _ => None,
    }
}

fn usual_files() -> Vec<PathBuf> {
    let directory = std::env::home_dir().map(|h| h.join(".ssh"));
    let files = ["id_ed25519", "id_ecdsa"].into_iter();
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

fn unreadable(path: &Path, e: &russh::keys::Error) -> ProviderProblem {
    let problem = ProviderProblem::error(format!("the key {} can't be used: {e}", path.display()));
    match e {
        russh::keys::Error::KeyIsEncrypted => problem.help(format!(
            "add it to the agent (`ssh-add {}`) and leave `identity` out",
            path.display()
        )),
        _ => problem.help("`identity` names an unencrypted private key in OpenSSH's form"),
    }
}

fn refused(host: &Host, tried: Vec<String>) -> ProviderProblem {
    let problem = ProviderProblem::error(format!(
        "{} lets nobody in as {} with the keys at hand",
        host.address, host.user
    ));
    tried.into_iter().fold(problem, |p, t| p.detail(format!("tried {t}"))).help(format!(
        "add the public key to ~{}/.ssh/authorized_keys on the machine, or set `user`, `identity` \
         or `private_key` of the host; its log (`journalctl -u ssh`) says why it refused",
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
