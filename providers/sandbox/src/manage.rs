//! What `landfall sandbox list` and `landfall sandbox down` do: machines by name, whoever made
//! them, without any state.

use crate::files::{self, Locked};
use crate::machine::{busy, remove, state, tidy};
use crate::meta::{self, Stage};
use crate::site::Site;
use crate::{Outcome, image, tools};
use provider::ProviderProblem;
use tokio::task::spawn_blocking;

/// A machine, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSummary {
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: String,
    /// `running`, `stopped` or `incomplete`.
    pub state: &'static str,
    /// What it started from.
    pub image: String,
    /// Published ports of 127.0.0.1, and the machine's ports behind them.
    pub ports: Vec<(u16, u16)>,
    /// The memory it may use, in MiB.
    pub memory_mib: Option<u64>,
    /// The address of the resource that made it.
    pub made_as: String,
    /// The lineage of the state that it belongs to.
    pub lineage: String,
}

/// Which machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of this computer.
    All,
    /// These.
    Named(Vec<String>),
}

/// All machines of this computer, by name.
///
/// # Errors
/// Where what is on record can't be read.
pub fn list() -> Result<Vec<MachineSummary>, ProviderProblem> {
    let machines = meta::all(&Site::usual())?;
    let summary = |m: meta::Meta| MachineSummary {
        state: state(&m),
        address: m.address.to_string(),
        ports: m.published().collect(),
        lineage: m
            .owner()
            .map(|(lineage, _)| lineage.to_string())
            .unwrap_or_default(),
        memory_mib: m.memory_mib,
        made_as: m.hint,
        image: m.image,
        name: m.name,
    };
    Ok(machines.into_iter().map(summary).collect())
}

/// Removes machines, the shared network with the last of them, and, where `images` says so, the
/// base images. Gives the names of what was removed.
///
/// # Errors
/// Where a machine of that name is not there, or one can't be removed.
pub async fn down(which: Which, images: bool) -> Result<Vec<String>, ProviderProblem> {
    let site = Site::usual();
    let removed = spawn_blocking(move || remove_all(&site, which, images));
    removed
        .await
        .unwrap_or_else(|e| Err(ProviderProblem::error(format!("the removal crashed: {e}"))))
}

fn remove_all(site: &Site, which: Which, images: bool) -> Outcome<Vec<String>> {
    tools::check()?;
    let there = meta::names(site)?;
    let names = match which {
        Which::All => there,
        Which::Named(names) => {
            if let Some(name) = names.iter().find(|n| !there.contains(n)) {
                return Err(
                    ProviderProblem::error(format!("there is no machine `{name}`"))
                        .help(format!("machines: {}", there.join(", "))),
                );
            }
            names
        }
    };
    let mut removed = Vec::new();
    for name in names {
        if end(site, &name)? {
            removed.push(name);
        }
    }
    tidy(site)?;
    if images {
        removed.extend(image::remove_unused(site)?);
    }
    Ok(removed)
}

/// Ends one machine; also one whose record can't be read. Says whether it was there.
fn end(site: &Site, name: &str) -> Outcome<bool> {
    let _lock = match files::lock_dir(&site.machine(name), false)? {
        Locked::Held(lock) => lock,
        Locked::Busy => return Err(busy(name)),
        Locked::Gone => return Ok(false),
    };
    let mut number = None;
    if let Ok(Some(mut meta)) = meta::load(site, name) {
        number = Some(meta.number());
        meta.stage = Stage::Deleting;
        meta.save(site)?;
    }
    remove(site, name, number)?;
    Ok(true)
}
