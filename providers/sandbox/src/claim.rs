//! Who may work on which machine: names, addresses and ports are given out once, a machine has one
//! worker at a time, and a run of an earlier lease is refused.

use crate::Outcome;
use crate::files::{self, Locked};
use crate::machine::{Job, POLL, busy, lock_site};
use crate::meta::{self, Meta, Stage, Wish};
use crate::network;
use provider::{Ownership, ProviderProblem};
use std::collections::BTreeSet;
use std::fs::File;
use std::thread::sleep;
use std::time::Instant;

impl Job<'_> {
    /// Puts the machine on record, or finds it there; waits for whoever works on it.
    pub(crate) fn claim(&self, wish: &Wish) -> Outcome<(File, Meta)> {
        loop {
            match self.claim_now(wish)? {
                Some(claimed) => return Ok(claimed),
                None if Instant::now() > self.deadline => return Err(busy(&wish.name)),
                None => sleep(POLL),
            }
        }
    }

    fn claim_now(&self, wish: &Wish) -> Outcome<Option<(File, Meta)>> {
        let held = lock_site(self.site)?;
        meta::sweep(self.site)?;
        let machines = meta::all(self.site)?;
        if let Some(found) = machines
            .iter()
            .find(|m| m.is_of(self.owner.lineage, self.owner.object))
        {
            return self.resume(found, wish);
        }
        if let Some(taken) = machines.iter().find(|m| m.name == wish.name) {
            return Err(name_taken(taken, self.owner));
        }
        self.check_ports(wish, &wish.name)?;
        let taken: BTreeSet<_> = machines.iter().map(|m| m.address).collect();
        let address = network::open(self.site, &held)?
            .free(&taken)
            .ok_or_else(|| {
                ProviderProblem::error("there are as many sandbox machines as addresses")
                    .help("remove some: `landfall sandbox list`, `landfall sandbox down NAME`")
            })?;
        let meta = Meta::new(wish, self.owner, self.token, address);
        match meta::claim(self.site, &meta)? {
            Locked::Held(lock) => Ok(Some((lock, meta))),
            Locked::Busy | Locked::Gone => Ok(None),
        }
    }

    /// Goes on with a machine that is on record already.
    fn resume(&self, found: &Meta, wish: &Wish) -> Outcome<Option<(File, Meta)>> {
        let Locked::Held(lock) = files::lock_dir(&self.site.machine(&found.name), false)? else {
            return Ok(None);
        };
        let mut meta = found.clone();
        self.check_epoch(&meta)?;
        if meta.stage == Stage::Deleting || (&meta.name, &meta.image) != (&wish.name, &wish.image) {
            let what = format!(
                "the machine `{}` of this object is being removed",
                meta.name
            );
            return Err(ProviderProblem::error(what)
                .help(format!("run `landfall sandbox down {}` first", meta.name)));
        }
        self.check_ports(wish, &meta.name)?;
        meta.ports = wish.ports.clone();
        meta.memory_mib = wish.memory_mib;
        meta.set_token(self.token);
        meta.epoch = self.owner.epoch;
        meta.save(self.site)?;
        Ok(Some((lock, meta)))
    }

    /// The machine of the object, locked; none where there is none.
    pub(crate) fn locked(&self) -> Outcome<Option<(File, Meta)>> {
        loop {
            let found = meta::of_object(self.site, self.owner.lineage, self.owner.object)?;
            let Some(found) = found else {
                return Ok(None);
            };
            match files::lock_dir(&self.site.machine(&found.name), false)? {
                // What it was may have changed before the lock was ours.
                Locked::Held(lock) => {
                    return Ok(match meta::load(self.site, &found.name)? {
                        Some(meta) => {
                            self.check_epoch(&meta)?;
                            Some((lock, meta))
                        }
                        None => None,
                    });
                }
                Locked::Gone => return Ok(None),
                Locked::Busy if Instant::now() > self.deadline => return Err(busy(&found.name)),
                Locked::Busy => sleep(POLL),
            }
        }
    }

    fn check_epoch(&self, meta: &Meta) -> Outcome<()> {
        if self.owner.epoch >= meta.epoch {
            return Ok(());
        }
        Err(ProviderProblem::error(format!(
            "another run, of a later lease, has worked on the machine `{}`",
            meta.name
        ))
        .help("run `landfall plan` to see what it did"))
    }

    pub(crate) fn check_ports(&self, wish: &Wish, name: &str) -> Outcome<()> {
        let machines = meta::all(self.site)?;
        for port in wish.ports.iter().flatten().map(|(here, _)| here) {
            let by = machines
                .iter()
                .find(|m| m.name != name && m.published().any(|(here, _)| here == *port));
            if let Some(by) = by {
                return Err(network::port_taken(
                    *port,
                    &format!("the machine `{}`", by.name),
                ));
            }
            if !network::port_is_free(*port) {
                return Err(network::port_taken(*port, "a process of this computer"));
            }
        }
        Ok(())
    }
}

fn name_taken(taken: &Meta, owner: &Ownership) -> ProviderProblem {
    let whose = match taken.owner() {
        Some((lineage, _)) if lineage == owner.lineage => "another resource of this project",
        _ => "another project",
    };
    ProviderProblem::error(format!(
        "a machine named `{}` is there already: of {whose}",
        taken.name
    ))
    .detail(format!("it was made as {}", taken.hint))
    .help(format!(
        "choose another name, or remove it where it was made, or by \
             `landfall sandbox down {}`",
        taken.name
    ))
    .at(model::AttrPath::name("name"))
}
