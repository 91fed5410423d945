//! What is known of a machine: one file, written before anything else of the machine is made and
//! changed last, so that whatever is left of an interrupted run is known by it.

use crate::Outcome;
use crate::files::{self, Locked};
use crate::site::Site;
use model::{Lineage, ObjectId, Token};
use provider::{Ownership, ProviderProblem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

const FILE: &str = "meta.json";
const VERSION: u32 = 1;

/// How far a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// Its making has begun.
    Making,
    /// It answered once.
    Ready,
    /// Its end has begun.
    Deleting,
}

/// The process that holds a machine; the start time tells it from a later one of that number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Supervisor {
    pub(crate) pid: u32,
    pub(crate) started: u64,
    pub(crate) boot: String,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    version: u32,
    pub(crate) name: String,
    lineage: String,
    object: String,
    token: String,
    pub(crate) epoch: u64,
    pub(crate) hint: String,
    pub(crate) stage: Stage,
    pub(crate) image: String,
    pub(crate) address: Ipv4Addr,
    /// None where the user said nothing, which is not the same as saying "none".
    pub(crate) ports: Option<BTreeMap<u16, u16>>,
    pub(crate) memory_mib: Option<u64>,
    pub(crate) supervisor: Option<Supervisor>,
}

/// What the user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) name: String,
    pub(crate) image: String,
    /// None where the user said nothing, which is not the same as saying "none".
    pub(crate) ports: Option<BTreeMap<u16, u16>>,
    pub(crate) memory_mib: Option<u64>,
}

impl Meta {
    pub(crate) fn new(wish: &Wish, owner: &Ownership, token: Token, address: Ipv4Addr) -> Meta {
        Meta {
            version: VERSION,
            name: wish.name.clone(),
            lineage: owner.lineage.to_string(),
            object: owner.object.to_string(),
            token: token.to_string(),
            epoch: owner.epoch,
            hint: owner.hint.clone(),
            stage: Stage::Making,
            image: wish.image.clone(),
            address,
            ports: wish.ports.clone(),
            memory_mib: wish.memory_mib,
            supervisor: None,
        }
    }

    /// The last number of its address, which also numbers its link.
    pub(crate) fn number(&self) -> u8 {
        self.address.octets()[3]
    }

    pub(crate) fn owner(&self) -> Option<(Lineage, ObjectId)> {
        Some((self.lineage.parse().ok()?, self.object.parse().ok()?))
    }

    /// Ports of 127.0.0.1, and the machine's ports behind them.
    pub(crate) fn published(&self) -> impl Iterator<Item = (u16, u16)> {
        self.ports
            .iter()
            .flatten()
            .map(|(here, there)| (*here, *there))
    }

    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    pub(crate) fn is_of(&self, lineage: Lineage, object: ObjectId) -> bool {
        self.owner() == Some((lineage, object))
    }

    pub(crate) fn set_token(&mut self, token: Token) {
        self.token = token.to_string();
    }

    /// Writes it down, durably.
    pub(crate) fn save(&self, site: &Site) -> Outcome<()> {
        self.save_in(&site.machine(&self.name))
    }

    fn save_in(&self, dir: &Path) -> Outcome<()> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|e| ProviderProblem::error(format!("a machine can't be recorded: {e}")))?;
        files::write(&dir.join(FILE), &text, 0o600)
    }
}

/// The names of all machines of a site, whether their records can be read or not.
pub(crate) fn names(site: &Site) -> Outcome<Vec<String>> {
    let mut names = files::names(&site.machines())?;
    names.retain(|name| !name.starts_with('.'));
    Ok(names)
}

/// All machines of a site, by name.
pub(crate) fn all(site: &Site) -> Outcome<Vec<Meta>> {
    names(site)?
        .iter()
        .filter_map(|name| load(site, name).transpose())
        .collect()
}

/// The machine of a name.
pub(crate) fn load(site: &Site, name: &str) -> Outcome<Option<Meta>> {
    let path = site.machine(name).join(FILE);
    let Some(text) = files::read(&path)? else {
        return Ok(None);
    };
    let meta: Meta = serde_json::from_str(&text).map_err(|e| {
        ProviderProblem::error(format!("{} can't be understood: {e}", path.display())).help(
            format!("`landfall sandbox down {name}` removes the machine"),
        )
    })?;
    if meta.version != VERSION {
        return Err(ProviderProblem::error(format!(
            "{} was written by another version of Landfall",
            path.display()
        ))
        .help("remove the machine with the version that made it"));
    }
    Ok(Some(meta))
}

/// The machine of an object.
pub(crate) fn of_object(site: &Site, lineage: Lineage, object: ObjectId) -> Outcome<Option<Meta>> {
    Ok(all(site)?.into_iter().find(|m| m.is_of(lineage, object)))
}

/// Puts a new machine on record, locked; needs the site's lock. A name is taken once: the
/// directory appears with its content, or not at all.
pub(crate) fn claim(site: &Site, meta: &Meta) -> Outcome<Locked> {
    let fresh = site.machines().join(format!(".new-{}", meta.name));
    files::remove_tree(&fresh)?;
    files::make_dir(&fresh)?;
    let lock = files::lock_dir(&fresh, true)?;
    meta.save_in(&fresh)?;
    let dir = site.machine(&meta.name);
    fs::rename(&fresh, &dir).map_err(|e| files::trouble("making", &dir, &e))?;
    files::sync_dir(&site.machines())?;
    Ok(lock)
}

/// Takes a machine of which nothing but its directory is left off the record; needs its lock.
pub(crate) fn forget(site: &Site, name: &str) -> Outcome<()> {
    let gone = gone(site, name);
    files::remove_tree(&gone)?;
    let dir = site.machine(name);
    fs::rename(&dir, &gone).map_err(|e| files::trouble("removing", &dir, &e))?;
    files::sync_dir(&site.machines())?;
    files::remove_tree(&gone)
}

/// Removes what interrupted claims and removals left; needs the site's lock.
pub(crate) fn sweep(site: &Site) -> Outcome<()> {
    for name in files::names(&site.machines())? {
        // What is being removed right now is locked by whoever removes it.
        let dir = site.machines().join(&name);
        if (name.starts_with(".new-") || name.starts_with(".gone-"))
            && let Locked::Held(_lock) = files::lock_dir(&dir, false)?
        {
            files::remove_tree(&dir)?;
        }
    }
    Ok(())
}

fn gone(site: &Site, name: &str) -> PathBuf {
    site.machines().join(format!(".gone-{name}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn example(name: &str) -> Meta {
        let owner = Ownership {
            lineage: Lineage::random(),
            object: ObjectId::random(),
            hint: format!("sandbox_machine.{name}"),
            epoch: 1,
        };
        let wish = Wish {
            name: name.into(),
            image: "debian-12".into(),
            ports: Some(BTreeMap::from([(8080, 80)])),
            memory_mib: None,
        };
        Meta::new(&wish, &owner, Token::random(), Ipv4Addr::new(198, 18, 0, 7))
    }

    #[test]
    fn what_is_claimed_is_found_until_it_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        let meta = example("web");
        files::make_dir(&site.machines().join(".new-old")).unwrap();
        sweep(&site).unwrap();
        let lock = claim(&site, &meta).unwrap();
        assert!(matches!(
            files::lock_dir(&site.machine("web"), false),
            Ok(Locked::Busy)
        ));
        drop(lock);
        assert_eq!(all(&site).unwrap(), std::slice::from_ref(&meta));
        let (lineage, object) = meta.owner().unwrap();
        assert_eq!(
            of_object(&site, lineage, object).unwrap(),
            Some(meta.clone())
        );
        assert_eq!(of_object(&site, lineage, ObjectId::random()).unwrap(), None);
        assert!(claim(&site, &meta).is_err(), "a name is taken once");
        forget(&site, "web").unwrap();
        assert_eq!(all(&site).unwrap(), []);
        // A process that another test begins has our locks, too, until its program runs.
        let empty = (0..500).any(|_| {
            sweep(&site).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(10));
            files::names(&site.machines()).unwrap().is_empty()
        });
        assert!(empty);
    }

    #[test]
    fn a_broken_record_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        files::make_dir(&site.machine("x")).unwrap();
        fs::write(site.machine("x").join(FILE), "{").unwrap();
        let problem = all(&site).unwrap_err();
        assert!(
            problem.message.contains("machines/x/meta.json"),
            "{problem}"
        );
    }
}
