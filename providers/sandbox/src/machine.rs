//! The life of a machine: made, started, changed, ended. Each step may be the last one before a
//! kill: what is left is on record, and both going on and removing work from there.

use crate::attributes;
use crate::files::{self, Locked};
use crate::meta::{self, Meta, Stage, Wish};
use crate::site::Site;
use crate::subnet;
use crate::{Outcome, cgroup, image, keys, network, nspawn, tools};
use model::Token;
use provider::{Failure, Made, Ownership, ProviderProblem};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(25);
const SSH: u16 = 22;

/// One operation on one machine.
pub(crate) struct Job<'a> {
    pub(crate) site: &'a Site,
    pub(crate) owner: &'a Ownership,
    pub(crate) token: Token,
    pub(crate) deadline: Instant,
    pub(crate) progress: &'a dyn Fn(&str),
}

/// What a machine does.
pub(crate) fn state(meta: &Meta) -> &'static str {
    match meta.stage {
        Stage::Ready if nspawn::runs(meta) => "running",
        Stage::Ready => "stopped",
        Stage::Making | Stage::Deleting => "incomplete",
    }
}

/// Whether sshd answers now.
pub(crate) fn answers(meta: &Meta) -> bool {
    let address = SocketAddr::from((meta.address, SSH));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else {
        return false;
    };
    let mut banner = [0; 4];
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .is_ok()
        && stream.read_exact(&mut banner).is_ok()
        && &banner == b"SSH-"
}

impl Job<'_> {
    /// Makes a machine, or goes on where an earlier run of the same operation was interrupted.
    pub(crate) fn create(&self, wish: &Wish) -> Result<Made, Box<Failure>> {
        tools::check().map_err(refused)?;
        let (_lock, mut meta) = self.claim(wish).map_err(refused)?;
        if let Err(problem) = image::ensure(&meta.image, self.progress, self.deadline) {
            // Nothing was made but the record.
            return Err(match self.abandon(&meta) {
                Ok(()) => refused(problem),
                Err(_) => self.partial(problem, &meta),
            });
        }
        let made = self
            .make(&mut meta)
            .and_then(|()| attributes::made(self.site, &meta));
        made.map_err(|problem| self.partial(problem, &meta))
    }

    /// Brings a machine to what is planned: its ports, its memory, and that it runs.
    pub(crate) fn update(&self, wish: &Wish) -> Result<Made, Box<Failure>> {
        tools::check().map_err(refused)?;
        let (_lock, mut meta) = match self.locked().map_err(refused)? {
            Some(found) => found,
            None => return Err(refused(gone(&wish.name))),
        };
        self.check_ports(wish, &meta.name).map_err(refused)?;
        let changed = self.change(&mut meta, wish);
        let made = changed.and_then(|()| attributes::made(self.site, &meta));
        made.map_err(|problem| self.partial(problem, &meta))
    }

    /// Removes a machine and all that belongs to it; one that isn't there is fine.
    pub(crate) fn delete(&self) -> Result<(), Box<Failure>> {
        let (_lock, mut meta) = match self.locked().map_err(refused)? {
            Some(found) => found,
            None => return Ok(()),
        };
        tools::check().map_err(refused)?;
        meta.stage = Stage::Deleting;
        meta.set_token(self.token);
        (self.progress)("removing the machine");
        let removed = meta.save(self.site).and_then(|()| remove(self.site, &meta));
        removed.map_err(|problem| self.partial(problem, &meta))
    }

    /// Puts the machine on record, or finds it there.
    fn claim(&self, wish: &Wish) -> Outcome<(File, Meta)> {
        let _site = lock_site(self.site)?;
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
        let address = subnet::of(self.site)?.free(&taken).ok_or_else(|| {
            ProviderProblem::error("there are as many sandbox machines as addresses")
                .help("remove some: `landfall sandbox list`, `landfall sandbox down NAME`")
        })?;
        let meta = Meta::new(wish, self.owner, self.token, address);
        match meta::claim(self.site, &meta)? {
            Locked::Held(lock) => Ok((lock, meta)),
            Locked::Busy | Locked::Gone => Err(busy(&meta.name)),
        }
    }

    /// Goes on with a machine that is on record already.
    fn resume(&self, found: &Meta, wish: &Wish) -> Outcome<(File, Meta)> {
        let Locked::Held(lock) = files::lock_dir(&self.site.machine(&found.name), false)? else {
            return Err(busy(&found.name));
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
        Ok((lock, meta))
    }

    /// The machine of the object, locked; none where there is none.
    fn locked(&self) -> Outcome<Option<(File, Meta)>> {
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

    fn check_ports(&self, wish: &Wish, name: &str) -> Outcome<()> {
        let machines = meta::all(self.site)?;
        for port in wish.ports.keys() {
            let by = machines
                .iter()
                .find(|m| m.name != name && m.ports.contains_key(port));
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

    fn make(&self, meta: &mut Meta) -> Outcome<()> {
        if meta.stage == Stage::Making {
            keys::seed(self.site, meta)?;
        }
        if meta.stage == Stage::Making || !nspawn::runs(meta) {
            self.start(meta)?;
        }
        meta.stage = Stage::Ready;
        meta.save(self.site)
    }

    fn change(&self, meta: &mut Meta, wish: &Wish) -> Outcome<()> {
        meta.ports = wish.ports.clone();
        meta.memory_mib = wish.memory_mib;
        meta.epoch = self.owner.epoch;
        meta.save(self.site)?;
        if !nspawn::runs(meta) {
            image::ensure(&meta.image, self.progress, self.deadline)?;
            return self.start(meta);
        }
        cgroup::limit(self.site, &meta.name, meta.memory_mib)?;
        let _site = lock_site(self.site)?;
        network::publish(self.site)
    }

    fn start(&self, meta: &mut Meta) -> Outcome<()> {
        (self.progress)("starting");
        nspawn::end(self.site, meta)?;
        let site = lock_site(self.site)?;
        network::attach(self.site, meta)?;
        drop(site);
        let machine = meta.clone();
        nspawn::start(self.site, &machine, &mut |supervisor| {
            meta.supervisor = Some(supervisor);
            meta.save(self.site)
        })?;
        (self.progress)("booting");
        self.wait_for_sshd(meta)
    }

    fn wait_for_sshd(&self, meta: &Meta) -> Outcome<()> {
        let started = Instant::now();
        while !answers(meta) {
            if !nspawn::runs(meta) {
                return Err(nspawn::ended(self.site, &meta.name));
            }
            if Instant::now() > self.deadline {
                let problem = ProviderProblem::error(format!(
                    "sshd of the machine `{}` does not answer at {} port {SSH}",
                    meta.name, meta.address
                ));
                let console = nspawn::console(self.site, &meta.name);
                return Err(console
                    .into_iter()
                    .fold(problem, ProviderProblem::detail)
                    .help("`landfall sandbox doctor` checks what machines need"));
            }
            sleep(POLL);
        }
        (self.progress)(&format!(
            "sshd answers after {:.1} s",
            started.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    fn abandon(&self, meta: &Meta) -> Outcome<()> {
        meta::forget(self.site, &meta.name)?;
        let _site = lock_site(self.site)?;
        network::sweep(self.site)
    }

    fn partial(&self, problem: ProviderProblem, meta: &Meta) -> Box<Failure> {
        Box::new(match attributes::made(self.site, meta) {
            Ok(made) => Failure::partial(problem, made),
            Err(_) => Failure::unclear(problem),
        })
    }
}

/// Removes all that belongs to a machine; needs its lock, and that its end is on record.
pub(crate) fn remove(site: &Site, meta: &Meta) -> Outcome<()> {
    nspawn::end(site, meta)?;
    let held = lock_site(site)?;
    network::detach(site, meta)?;
    drop(held);
    meta::forget(site, &meta.name)?;
    let _held = lock_site(site)?;
    network::sweep(site)
}

/// The lock under which names and addresses are given out and the shared network is changed.
pub(crate) fn lock_site(site: &Site) -> Outcome<File> {
    files::lock(&site.dir().join("lock"))
}

/// A problem of a machine that another run works on.
pub(crate) fn busy(name: &str) -> ProviderProblem {
    ProviderProblem::error(format!("another process works on the machine `{name}`"))
        .help("wait for it to end, then run it again")
}

fn refused(problem: ProviderProblem) -> Box<Failure> {
    Box::new(Failure::refused(problem))
}

fn gone(name: &str) -> ProviderProblem {
    ProviderProblem::error(format!("the machine `{name}` is not there any more"))
        .help("run `landfall plan`: it will be made anew")
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
