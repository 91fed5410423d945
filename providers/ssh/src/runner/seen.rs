//! What was seen on a host, taken from the lines of its answer.

use super::look::digest;
use super::{Line, decode};
use model::{Lineage, ObjectId};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Who looked.
    pub(crate) user: String,
    /// What is recorded on the host of who owns what, by place.
    pub(crate) owners: BTreeMap<String, Owner>,
    /// Objects whose unit was changed and was not yet started anew.
    pub(crate) restarts: BTreeSet<String>,
    /// What stands at a path; no entry where nothing does.
    pub(crate) paths: BTreeMap<String, Entry>,
    /// Installed packages with their versions.
    pub(crate) packages: BTreeMap<String, String>,
    /// Users.
    pub(crate) users: BTreeMap<String, User>,
    /// Groups.
    pub(crate) groups: BTreeMap<String, Group>,
    /// Authorized keys by user: the file's lines.
    pub(crate) keys: BTreeMap<String, Vec<String>>,
    /// Units.
    pub(crate) units: BTreeMap<String, Unit>,
    /// The last word of an operation's record.
    pub(crate) records: BTreeMap<String, String>,
    /// Whether somebody is still at work.
    pub(crate) busy: bool,
    /// Facts.
    pub(crate) facts: BTreeMap<String, Vec<String>>,
}

/// Who owns a place, as recorded on the host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Owner {
    pub(crate) lineage: String,
    pub(crate) object: String,
    /// `absent`, `equal` or `taken`: what was there before.
    pub(crate) before: String,
    pub(crate) ty: String,
}

impl Owner {
    /// The owner in the model's terms.
    pub(crate) fn ids(&self) -> Option<(Lineage, ObjectId)> {
        Some((self.lineage.parse().ok()?, self.object.parse().ok()?))
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// In octal, without leading zeros.
    pub(crate) mode: String,
    pub(crate) size: u64,
    pub(crate) owner: String,
    pub(crate) group: String,
    /// Of a file that could be read.
    pub(crate) digest: Option<String>,
    /// Of a small file whose digest was not known before.
    pub(crate) content: Option<Vec<u8>>,
}

impl Entry {
    /// A file's state in the words of the runner.
    pub(crate) fn state(&self) -> Option<String> {
        let digest = self.digest.as_ref()?;
        Some(format!(
            "{digest} {} {} {}",
            self.mode, self.owner, self.group
        ))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    #[default]
    Other,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct User {
    pub(crate) uid: i64,
    pub(crate) gid: i64,
    pub(crate) comment: String,
    pub(crate) home: String,
    pub(crate) shell: String,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Group {
    pub(crate) gid: i64,
    pub(crate) members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Unit {
    pub(crate) load: String,
    pub(crate) active: String,
    pub(crate) sub: String,
    pub(crate) file_state: String,
    pub(crate) result: String,
}

impl Seen {
    /// Files whose content does not have the digest that was taken: they changed meanwhile.
    pub(super) fn torn(&self) -> Vec<String> {
        let torn = |e: &&Entry| {
            e.content
                .as_ref()
                .is_some_and(|c| e.digest != Some(digest(c)))
        };
        let paths = self.paths.iter().filter(|(_, e)| torn(e));
        paths.map(|(path, _)| path.clone()).collect()
    }
}

/// Takes an answer apart, a line at a time. What it does not understand it leaves out: then the
/// thing in question reads as absent or unreadable, never as something else.
#[derive(Default)]
pub(super) struct Parser {
    section: String,
    seen: Seen,
    fetched: Vec<String>,
    unit: BTreeMap<String, String>,
    key: Option<String>,
}

impl Parser {
    pub(super) fn line(&mut self, line: Line<'_>) {
        match line {
            Line::Word("section", name) => {
                self.end_unit();
                self.section = name.to_string();
            }
            Line::Word(..) => {}
            Line::Raw(line) => {
                let _ = self.raw(line);
            }
        }
    }

    fn raw(&mut self, line: &str) -> Option<()> {
        match self.section.as_str() {
            "owners" => self.owner(line)?,
            "restarts" => {
                let object = line.rsplit('/').nth(1)?;
                self.seen.restarts.insert(object.to_string());
            }
            "stat" => self.stat(line)?,
            "digest" => {
                let (digest, path) = line.split_once("  ")?;
                self.seen.paths.get_mut(path)?.digest = Some(digest.to_string());
            }
            "content" => self.fetched.push(line.to_string()),
            "bytes" => self.contents(&decode(line)?),
            "packages" => {
                let mut words = line.split_whitespace();
                let (status, name, version) = (words.next()?, words.next()?, words.next()?);
                if status.starts_with("ii") || status.starts_with("hi") {
                    self.seen
                        .packages
                        .insert(name.to_string(), version.to_string());
                }
            }
            "users" => self.user(line)?,
            "groups" => self.group(line)?,
            "keys" => self.keys(line)?,
            "units" => match line.split_once('=') {
                Some((key, value)) => {
                    self.unit.insert(key.to_string(), value.to_string());
                }
                None => self.end_unit(),
            },
            "records" => match line.split_once(' ') {
                Some((token, word)) => {
                    self.seen
                        .records
                        .insert(token.to_string(), word.to_string());
                }
                None => self.seen.busy = true,
            },
            "facts" => {
                let (name, value) = line.split_once(' ').unwrap_or((line, ""));
                self.seen
                    .facts
                    .entry(name.to_string())
                    .or_default()
                    .push(value.to_string());
            }
            _ => {}
        }
        Some(())
    }

    fn owner(&mut self, line: &str) -> Option<()> {
        let words: Vec<_> = line.split(' ').collect();
        let [lineage, object, before, ty, place] = words[..] else {
            return None;
        };
        let owner = Owner {
            lineage: lineage.into(),
            object: object.into(),
            before: before.into(),
            ty: ty.into(),
        };
        self.seen.owners.insert(place.to_string(), owner);
        Some(())
    }

    fn stat(&mut self, line: &str) -> Option<()> {
        let mut words = line.splitn(5, ' ');
        let raw = u32::from_str_radix(words.next()?, 16).ok()?;
        let entry = Entry {
            kind: match raw & 0o170000 {
                0o100000 => Kind::File,
                0o040000 => Kind::Directory,
                0o120000 => Kind::Link,
                _ => Kind::Other,
            },
            mode: format!("{:o}", raw & 0o7777),
            size: words.next()?.parse().ok()?,
            owner: words.next()?.to_string(),
            group: words.next()?.to_string(),
            digest: None,
            content: None,
        };
        self.seen.paths.insert(words.next()?.to_string(), entry);
        Some(())
    }

    /// The contents follow each other without a mark; the sizes tell where one ends. Whether
    /// that is right the digests tell.
    fn contents(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        for path in std::mem::take(&mut self.fetched) {
            let Some(entry) = self.seen.paths.get_mut(&path) else {
                continue;
            };
            let length = rest
                .len()
                .min(usize::try_from(entry.size).unwrap_or(usize::MAX));
            let (content, after) = rest.split_at(length);
            entry.content = Some(content.to_vec());
            rest = after;
        }
    }

    fn user(&mut self, line: &str) -> Option<()> {
        let fields: Vec<_> = line.split(':').collect();
        let [name, _, uid, gid, comment, home, shell] = fields[..] else {
            return None;
        };
        let user = User {
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            comment: comment.into(),
            home: home.into(),
            shell: shell.into(),
        };
        self.seen.users.insert(name.to_string(), user);
        Some(())
    }

    fn group(&mut self, line: &str) -> Option<()> {
        let fields: Vec<_> = line.split(':').collect();
        let [name, _, gid, members] = fields[..] else {
            return None;
        };
        let members = members
            .split(',')
            .filter(|m| !m.is_empty())
            .map(String::from)
            .collect();
        self.seen.groups.insert(
            name.to_string(),
            Group {
                gid: gid.parse().ok()?,
                members,
            },
        );
        Some(())
    }

    fn keys(&mut self, line: &str) -> Option<()> {
        match self.key.take() {
            None => self.key = Some(line.split_once(' ')?.0.to_string()),
            Some(user) => {
                let content = decode(line)?;
                let lines = String::from_utf8_lossy(&content)
                    .lines()
                    .map(String::from)
                    .collect();
                self.seen.keys.insert(user, lines);
            }
        }
        Some(())
    }

    fn end_unit(&mut self) {
        let fields = std::mem::take(&mut self.unit);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        if fields.contains_key("Id") {
            let unit = Unit {
                load: field("LoadState"),
                active: field("ActiveState"),
                sub: field("SubState"),
                file_state: field("UnitFileState"),
                result: field("Result"),
            };
            // An alias is asked for by its own name.
            let names = format!("{} {}", field("Id"), field("Names"));
            for name in names.split_whitespace() {
                self.seen.units.insert(name.to_string(), unit.clone());
            }
        }
    }

    pub(super) fn finish(mut self) -> Seen {
        self.end_unit();
        self.seen
    }
}
