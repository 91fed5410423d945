//! The user's own configuration of ssh: what it says of a host, where the host value says nothing.
//!
//! Read when a host is first connected to, never while planning.

mod file;
mod pattern;

use file::{Line, Section};
use pattern::matches_list;
use provider::ProviderProblem;
use std::path::{Path, PathBuf};

/// What the configuration says of one host. Of each the first that is said counts; key files add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) host_name: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) user: Option<String>,
    pub(crate) identity_files: Vec<String>,
    pub(crate) identities_only: Option<bool>,
    pub(crate) identity_agent: Option<String>,
    pub(crate) known_hosts: Option<Vec<String>>,
    pub(crate) host_key_alias: Option<String>,
    /// The hosts to go through, in their order; empty where it says to go straight.
    pub(crate) proxy_jump: Option<Vec<Jump>>,
    /// A command that makes the connection, and where it stands: nothing that Landfall runs.
    pub(crate) proxy_command: Option<(String, String)>,
}

/// A host to go through, as `ProxyJump` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jump {
    pub(crate) user: Option<String>,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

/// A configuration, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct SshConfig {
    sections: Vec<Section>,
}

impl SshConfig {
    /// Of a file; an empty one where there is none.
    pub(crate) fn read(path: &Path) -> Result<SshConfig, ProviderProblem> {
        Ok(SshConfig {
            sections: file::read(path)?,
        })
    }

    /// What it says of a host by the name that the host value has, and the user where one is given.
    pub(crate) fn of(&self, name: &str, user: Option<&str>) -> Result<Said, ProviderProblem> {
        let mut said = Said::default();
        walk(&self.sections, name, user, &mut said)?;
        Ok(said)
    }
}

fn walk(
    sections: &[Section],
    name: &str,
    user: Option<&str>,
    said: &mut Said,
) -> Result<(), ProviderProblem> {
    for section in sections {
        if !section.applies(name, user, said)? {
            continue;
        }
        for line in &section.lines {
            match line {
                Line::Said(words) => said.hear(words, name)?,
                Line::Included(sections) => walk(sections, name, user, said)?,
            }
        }
    }
    Ok(())
}

impl Section {
    fn applies(
        &self,
        name: &str,
        user: Option<&str>,
        said: &Said,
    ) -> Result<bool, ProviderProblem> {
        if !self.is_match {
            return Ok(self.criteria.is_empty() || matches_list(&self.criteria, name));
        }
        let mut words = self.criteria.iter();
        while let Some(word) = words.next() {
            let (negated, word) = match word.strip_prefix('!') {
                Some(word) => (true, word),
                None => (false, word.as_str()),
            };
            let holds = match word.to_ascii_lowercase().as_str() {
                "all" => true,
                // Names are not made canonical, so there is no second pass.
                "canonical" | "final" => false,
                criterion @ ("host" | "originalhost" | "user" | "localuser") => {
                    let local = std::env::var("USER").unwrap_or_default();
                    let subject = match criterion {
                        "host" => said.host_name.as_deref().unwrap_or(name),
                        "originalhost" => name,
                        "user" => user.or(said.user.as_deref()).unwrap_or("root"),
                        _ => &local,
                    };
                    let patterns = words.next().map(String::as_str).unwrap_or_default();
                    let patterns: Vec<_> = patterns.split(',').map(String::from).collect();
                    matches_list(&patterns, subject)
                }
                other if self.says_nothing() => {
                    let _ = other;
                    return Ok(false);
                }
                other => return Err(self.not_decidable(other)),
            };
            if holds == negated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether nothing in it is heeded, so that it does not matter.
    fn says_nothing(&self) -> bool {
        self.lines.iter().all(|line| match line {
            Line::Said(words) => !HEEDED.contains(&&*words.keyword),
            Line::Included(sections) => sections.iter().all(Section::says_nothing),
        })
    }

    fn not_decidable(&self, criterion: &str) -> ProviderProblem {
        ProviderProblem::error(format!(
            "{} says `Match {criterion}`, which Landfall does not decide",
            self.place
        ))
        .help(
            "write what matters in a `Host` block, or set `ssh_config` of the provider to another \
             file, or to \"none\" and say all in the host value",
        )
    }
}

/// What is heeded; everything else is left to ssh.
const HEEDED: [&str; 11] = [
    "hostname",
    "port",
    "user",
    "identityfile",
    "identitiesonly",
    "identityagent",
    "userknownhostsfile",
    "hostkeyalias",
    "proxyjump",
    "proxycommand",
    "include",
];

/// A keyword with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    keyword: String,
    words: Vec<String>,
    /// The line as it stands, without the keyword.
    rest: String,
    place: String,
}

impl Said {
    fn hear(&mut self, line: &Words, name: &str) -> Result<(), ProviderProblem> {
        if !HEEDED.contains(&&*line.keyword) {
            return Ok(());
        }
        let Some(first) = line.words.first() else {
            return Err(line.refuse("it says nothing"));
        };
        let yes_no = || match first.to_ascii_lowercase().as_str() {
            "yes" | "true" => Ok(true),
            "no" | "false" => Ok(false),
            _ => Err(line.refuse("it is neither `yes` nor `no`")),
        };
        match &*line.keyword {
            "hostname" => set(&mut self.host_name, || {
                Ok(first
                    .replace("%%", "\0")
                    .replace("%h", name)
                    .replace('\0', "%"))
            }),
            "port" => set(&mut self.port, || {
                port(first).ok_or_else(|| line.refuse("it is no port"))
            }),
            "user" => set(&mut self.user, || Ok(first.clone())),
            "identityfile" => {
                if !first.eq_ignore_ascii_case("none") && !self.identity_files.contains(first) {
                    self.identity_files.push(first.clone());
                }
                Ok(())
            }
            "identitiesonly" => set(&mut self.identities_only, yes_no),
            "identityagent" => set(&mut self.identity_agent, || Ok(first.clone())),
            "userknownhostsfile" => set(&mut self.known_hosts, || Ok(line.words.clone())),
            "hostkeyalias" => set(&mut self.host_key_alias, || Ok(first.clone())),
            // Of these two, the one that is said first counts.
            "proxyjump" if self.proxy_command.is_none() => set(&mut self.proxy_jump, || {
                jumps(first).ok_or_else(|| line.refuse("it is no list of [user@]host[:port]"))
            }),
            "proxycommand" if self.proxy_jump.is_none() => set(&mut self.proxy_command, || {
                Ok((line.rest.clone(), line.place.clone()))
            }),
            _ => Ok(()),
        }
    }

    /// Why the host can't be reached as the configuration says.
    pub(crate) fn unreachable(&self, name: &str) -> Option<ProviderProblem> {
        let (command, place) = self.proxy_command.as_ref()?;
        (!command.eq_ignore_ascii_case("none")).then(|| {
            ProviderProblem::error(format!(
                "{place} reaches {name} by a `ProxyCommand`, which Landfall does not run"
            ))
            .help("go through another host by `ProxyJump` there, or by `jump_host` of the host")
        })
    }
}

impl Words {
    fn refuse(&self, why: &str) -> ProviderProblem {
        ProviderProblem::error(format!("{}: `{}`: {why}", self.place, self.keyword))
            .detail(format!("it says {:?}", self.rest))
            .help("mend the line; `ssh -G HOST` shows how ssh reads the file")
    }
}

fn set<T>(
    slot: &mut Option<T>,
    value: impl FnOnce() -> Result<T, ProviderProblem>,
) -> Result<(), ProviderProblem> {
    if slot.is_none() {
        *slot = Some(value()?);
    }
    Ok(())
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|p| *p > 0)
}

fn jumps(text: &str) -> Option<Vec<Jump>> {
    if text.eq_ignore_ascii_case("none") {
        return Some(Vec::new());
    }
    text.split(',').map(jump).collect()
}

fn jump(text: &str) -> Option<Jump> {
    let text = text.strip_prefix("ssh://").unwrap_or(text);
    let (user, rest) = match text.rsplit_once('@') {
        Some((user, rest)) => (Some(user.to_string()), rest),
        None => (None, text),
    };
    let (host, number) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            match rest {
                "" => (host, None),
                rest => (host, Some(rest.strip_prefix(':')?)),
            }
        }
        // More than one colon is an address of IPv6.
        None => match rest.split_once(':') {
            Some((host, number)) if !number.contains(':') => (host, Some(number)),
            _ => (rest, None),
        },
    };
    let number = match number {
        Some(number) => Some(port(number)?),
        None => None,
    };
    let fits = !host.is_empty() && !user.as_deref().is_some_and(str::is_empty);
    fits.then(|| Jump {
        user,
        host: host.to_string(),
        port: number,
    })
}

/// A path as the configuration writes it.
pub(crate) fn path(text: &str, name: &str, host: &str, port: u16, user: &str) -> PathBuf {
    let home = std::env::home_dir().unwrap_or_default();
    let mut full = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, c == '%') {
            (_, true) => match rest.next() {
                Some('d') => full.push_str(&home.display().to_string()),
                Some('h') => full.push_str(host),
                Some('n') => full.push_str(name),
                Some('p') => full.push_str(&port.to_string()),
                Some('r') => full.push_str(user),
                Some('u') => full.push_str(&std::env::var("USER").unwrap_or_default()),
                Some('%') => full.push('%'),
                Some(other) => full.extend(['%', other]),
                None => full.push('%'),
            },
            (c, false) => full.push(c),
        }
    }
    match full.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => PathBuf::from(full),
    }
}

#[cfg(test)]
mod tests;
