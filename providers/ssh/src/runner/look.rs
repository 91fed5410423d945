//! Looking at many things on a host in one round trip.

pub(crate) use super::seen::{Entry, Group, Kind, Seen, Unit, User};

use super::Program;
use super::seen::Parser;
use crate::transport::{Transport, Trouble};
use provider::ProviderProblem;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

const LOOK: &str = include_str!("look.sh");
const FACTS: &str = include_str!("facts.sh");

/// Files up to this size are fetched, so that a difference can be shown.
const FETCHED_BYTES: u64 = 64 * 1024;

/// What is to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    /// Paths, each with the digest that is known of its content: that need not be fetched.
    pub(crate) paths: BTreeMap<String, Option<String>>,
    /// Packages by name.
    pub(crate) packages: BTreeSet<String>,
    /// Users by name.
    pub(crate) users: BTreeSet<String>,
    /// Whether groups are looked at: all of them, for who is in them.
    pub(crate) groups: bool,
    /// Users whose authorized keys are looked at.
    pub(crate) keys: BTreeSet<String>,
    /// Units by full name.
    pub(crate) units: BTreeSet<String>,
    /// Operations whose record is asked for; waits until nobody is at work on them.
    pub(crate) records: Vec<String>,
    /// How long to wait for that.
    pub(crate) wait_s: u64,
    /// Whether the facts of `ssh_facts` are gathered.
    pub(crate) facts: bool,
}

impl Look {
    /// Looks, once; where files changed while they were being looked at, at those once more.
    pub(crate) async fn run(
        &self,
        transport: &dyn Transport,
        records: &str,
    ) -> Result<Seen, Trouble> {
        let mut seen = self.once(transport, records).await?;
        let torn = seen.torn();
        if !torn.is_empty() {
            let paths = torn.into_iter().map(|p| (p, None)).collect();
            let again = Look {
                paths,
                ..Look::default()
            }
            .once(transport, records)
            .await?;
            seen.paths.extend(again.paths);
        }
        Ok(seen)
    }

    async fn once(&self, transport: &dyn Transport, records: &str) -> Result<Seen, Trouble> {
        let mut parser = Parser::default();
        let program = self.program(records);
        let answered = program
            .run(transport, &mut |line| parser.line(line))
            .await?;
        if !answered.complete {
            let problem = ProviderProblem::error("the host stopped in the middle of its answer")
                .detail(format!("its shell's last words: {}", answered.end.stderr))
                .help("run the command again; if it happens again, look at the host's memory");
            return Err(Trouble::NotStarted(problem));
        }
        let mut seen = parser.finish();
        seen.user = answered.user.unwrap_or_default();
        Ok(seen)
    }

    fn program(&self, records: &str) -> Program {
        let mut program = Program::new(records);
        program.define(LOOK);
        program.set("LIMIT", &FETCHED_BYTES.to_string());
        program.set("WAIT", &self.wait_s.to_string());
        program.set("KNOWN", &self.known());
        let none: [&str; 0] = [];
        if !self.records.is_empty() {
            program.call("look_records", &self.records);
        }
        program.call("look_owners", none);
        if !self.paths.is_empty() {
            program.call("look_paths", self.paths.keys());
        }
        for (function, names) in [
            ("look_packages", &self.packages),
            ("look_users", &self.users),
            ("look_keys", &self.keys),
            ("look_units", &self.units),
        ] {
            if !names.is_empty() {
                program.call(function, names);
            }
        }
        if self.groups {
            program.call("look_groups", none);
        }
        if self.facts {
            program.define(FACTS);
            program.call("look_facts", none);
        }
        program
    }

    fn known(&self) -> String {
        let lines = self
            .paths
            .iter()
            .filter_map(|(path, d)| Some(format!("{}  {path}\n", d.as_ref()?)));
        std::iter::once("\n".to_string()).chain(lines).collect()
    }
}

/// A digest as `sha256sum` writes it.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}
