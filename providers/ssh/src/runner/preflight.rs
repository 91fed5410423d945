//! Looking on a host, in one round trip, for what is certain to make changes there fail.

use super::{Line, Program, words};
use crate::transport::{Transport, Trouble};
use std::collections::{BTreeMap, BTreeSet};

const PREFLIGHT: &str = include_str!("preflight.sh");

/// What the first operation of a host writes down, in blocks of a usual file system.
const RECORDS_BYTES: u64 = 3 * 4096;

/// What changes on a host need to be there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// Directories, each with the most bytes that are written there at once.
    pub(crate) room: BTreeMap<String, u64>,
    /// Packages that are installed, with `=version` where one is asked for.
    pub(crate) packages: BTreeSet<String>,
    /// Whether units are changed.
    pub(crate) systemd: bool,
}

/// What a host lacks.
#[derive(Debug, Default)]
pub(crate) struct Lacks {
    /// Directories without room, each with what `df` says; that of the records too.
    pub(crate) full: BTreeMap<String, String>,
    /// What apt says to the packages, where it refuses them.
    pub(crate) apt: Option<String>,
    /// There is no apt at all.
    pub(crate) no_apt: bool,
    /// What runs in place of systemd.
    pub(crate) init: Option<String>,
}

impl Needs {
    /// Notes that a file of that size is written.
    pub(crate) fn file(&mut self, path: &str, bytes: usize) {
        let directory = path.rsplit_once('/').map_or("", |(d, _)| d);
        let room = self.room.entry(directory.to_string()).or_default();
        *room = (*room).max(bytes as u64);
    }

    /// Looks.
    pub(crate) async fn look(
        &self,
        transport: &dyn Transport,
        records: &str,
    ) -> Result<Lacks, Trouble> {
        let mut lacks = Lacks::default();
        let answered = self
            .program(records)
            .run(transport, &mut |line| lacks.line(line))
            .await?;
        match answered.complete {
            true => Ok(lacks),
            // What it had no time to tell shows when it is done.
            false => Ok(Lacks::default()),
        }
    }

    fn program(&self, records: &str) -> Program {
        let mut program = Program::new(records);
        program.define(PREFLIGHT);
        let mut room = self.room.clone();
        let least = room.entry(records.to_string()).or_default();
        *least = (*least).max(RECORDS_BYTES);
        let room: Vec<_> = room.into_iter().map(|(d, b)| (b.to_string(), d)).collect();
        let room = room.iter().flat_map(|(bytes, path)| [bytes, path]);
        program.call("preflight_room", room);
        if !self.packages.is_empty() {
            program.call("preflight_packages", &self.packages);
        }
        if self.systemd {
            program.call::<&str>("preflight_systemd", []);
        }
        program
    }
}

impl Lacks {
    fn line(&mut self, line: Line<'_>) {
        let Line::Word(word, rest) = line else { return };
        match word {
            "full" => {
                let (path, said) = rest.split_once(' ').unwrap_or((rest, ""));
                self.full.insert(words(path), words(said));
            }
            "apt" => self.apt = Some(words(rest)),
            "no_apt" => self.no_apt = true,
            "no_systemd" => self.init = Some(words(rest)),
            _ => {}
        }
    }
}
