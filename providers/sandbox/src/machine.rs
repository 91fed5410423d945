//! The life of a machine: made, started, changed, ended. Each step may be the last one before a
//! kill: what is left is on record, and both going on and removing work from there.

use crate::attributes;
use crate::files;
use crate::meta::{self, Meta, Stage, Wish};
use crate::site::Site;
use crate::{Outcome, cgroup, image, keys, network, nspawn, tools};
use model::Token;
use provider::{Failure, Made, Ownership, ProviderProblem};
use std::fs::File;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) const POLL: Duration = Duration::from_millis(25);
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
        let (lock, mut meta) = self.claim(wish).map_err(refused)?;
        if let Err(problem) = image::ensure(&meta.image, self.progress, self.deadline) {
            // Nothing was made but the record.
            return Err(match self.abandon(&meta) {
                Ok(()) => refused(problem),
                Err(_) => self.partial(problem, &meta),
            });
        }
        let made = self
            .make(&mut meta, &lock)
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
        tools::check().map_err(refused)?;
        let (_lock, mut meta) = match self.locked().map_err(refused)? {
            Some(found) => found,
            None => return tidy(self.site).map_err(refused),
        };
        meta.stage = Stage::Deleting;
        meta.set_token(self.token);
        (self.progress)("removing the machine");
        let removed = meta
            .save(self.site)
            .and_then(|()| remove(self.site, &meta.name, Some(meta.number())));
        removed.map_err(|problem| self.partial(problem, &meta))
    }

    fn make(&self, meta: &mut Meta, lock: &File) -> Outcome<()> {
        if meta.stage == Stage::Making {
            keys::seed(self.site, meta, lock)?;
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
        network::publish(self.site, &lock_site(self.site)?)
    }

    fn start(&self, meta: &mut Meta) -> Outcome<()> {
        (self.progress)("starting");
        nspawn::end(self.site, &meta.name)?;
        network::attach(self.site, meta, &lock_site(self.site)?)?;
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
        tidy(self.site)
    }

    fn partial(&self, problem: ProviderProblem, meta: &Meta) -> Box<Failure> {
        Box::new(match attributes::made(self.site, meta) {
            Ok(made) => Failure::partial(problem, made),
            Err(_) => Failure::unclear(problem),
        })
    }
}

/// Removes all that belongs to a machine; needs its lock, and that its end is on record.
pub(crate) fn remove(site: &Site, name: &str, number: Option<u8>) -> Outcome<()> {
    nspawn::end(site, name)?;
    network::detach(site, name, number, &lock_site(site)?)?;
    meta::forget(site, name)?;
    tidy(site)
}

/// Removes what interrupted runs left that no machine on record needs.
pub(crate) fn tidy(site: &Site) -> Outcome<()> {
    let held = lock_site(site)?;
    meta::sweep(site)?;
    network::sweep(site, &held)
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
