//! The way to a host: what its value says; where that says nothing, what ssh's configuration says.

use super::{Keys, Sessions, Settings};
use crate::config::{self, Jump, Said, SshConfig};
use provider::{Host, ProviderProblem};
use std::path::PathBuf;

/// A host with everything that is needed to reach it.
pub(super) struct Way {
    pub(super) host: Host,
    pub(super) settings: Settings,
    /// The last host before it, as it is named.
    pub(super) jump: Option<Host>,
}

impl Sessions {
    /// The host with the user that it is logged in as. A configuration that can't be read is told
    /// of when the host is connected to.
    pub(crate) fn with_user(&self, host: Host) -> Host {
        if host.local || host.user_given {
            return host;
        }
        let said = self.said(&host).ok();
        let user = said.and_then(|s| s.user).unwrap_or(host.user);
        Host { user, ..host }
    }

    /// The way to a host, past those that are on it already.
    pub(super) fn way(&self, host: &Host, trail: &[&str]) -> Result<Way, ProviderProblem> {
        let said = self.said(host)?;
        let jump = match &host.jump_host {
            Some(jump) => Some(Host::clone(jump)),
            None => match said.unreachable(&host.address) {
                Some(problem) => return Err(problem),
                None => through(&said, trail),
            },
        };
        let real = Host {
            address: said.host_name.clone().unwrap_or(host.address.clone()),
            port: match (host.port_given, said.port) {
                (false, Some(port)) => port,
                _ => host.port,
            },
            user: match (host.user_given, &said.user) {
                (false, Some(user)) => user.clone(),
                _ => host.user.clone(),
            },
            ..host.clone()
        };
        Ok(Way {
            settings: self.settings_for(&real, &host.address, said),
            host: real,
            jump,
        })
    }

    fn settings_for(&self, host: &Host, name: &str, said: Said) -> Settings {
        let path = |text: &String| config::path(text, name, &host.address, host.port, &host.user);
        let all = |texts: &Vec<String>| {
            let named = texts.iter().filter(|t| !t.eq_ignore_ascii_case("none"));
            named.map(path).collect()
        };
        let home = std::env::home_dir();
        let usual = || {
            home.map(|h| h.join(".ssh/known_hosts"))
                .into_iter()
                .collect()
        };
        let of_environment = || std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from);
        let agent = match &said.identity_agent {
            None => of_environment(),
            Some(word) if word == "SSH_AUTH_SOCK" => of_environment(),
            Some(word) if word.eq_ignore_ascii_case("none") => None,
            Some(word) => match word.strip_prefix('$') {
                Some(variable) => std::env::var_os(variable).map(PathBuf::from),
                None => Some(path(word)),
            },
        };
        let ours = self.settings.clone();
        Settings {
            known_hosts: ours
                .known_hosts
                .or_else(|| said.known_hosts.as_ref().map(all))
                .or_else(|| Some(usual())),
            agent: ours.agent.or(agent),
            keys: Keys {
                files: all(&said.identity_files),
                only: said.identities_only == Some(true),
            },
            host_key_alias: said.host_key_alias,
            ..ours
        }
    }

    fn said(&self, host: &Host) -> Result<Said, ProviderProblem> {
        let path = self.settings.ssh_config.as_ref();
        let Some(path) = path.filter(|_| !says_all(host)) else {
            return Ok(Said::default());
        };
        let config = self.config.get_or_init(|| SshConfig::read(path));
        let config = config.as_ref().map_err(Clone::clone)?;
        config.of(&host.address, host.user_given.then_some(&*host.user))
    }
}

/// Whether a value leaves nothing open, as those do that machines give out: what the user's
/// configuration says of all hosts is not meant for them.
fn says_all(host: &Host) -> bool {
    let key = host.identity.is_some() || host.private_key.is_some();
    host.id.is_some() && host.host_key.is_some() && key && host.port_given && host.user_given
}

/// The last of the hosts to go through, each by the one before it. A host that is on the way
/// already is not gone through once more: a block for all hosts may name one of them.
fn through(said: &Said, trail: &[&str]) -> Option<Host> {
    let jumps = said.proxy_jump.as_ref()?;
    let new = jumps.iter().filter(|j| !trail.contains(&&*j.host));
    new.fold(None, |before, jump| {
        Some(Host {
            jump_host: before.map(Box::new),
            ..named(jump)
        })
    })
}

fn named(jump: &Jump) -> Host {
    Host {
        id: None,
        address: jump.host.clone(),
        port: jump.port.unwrap_or(22),
        port_given: jump.port.is_some(),
        user: jump.user.clone().unwrap_or_else(|| "root".into()),
        user_given: jump.user.is_some(),
        identity: None,
        private_key: None,
        host_key: None,
        jump_host: None,
        become_root: false,
        local: false,
    }
}
