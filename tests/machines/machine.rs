//! A sandbox machine, as its owner sees it who logs in, and as the computer sees it.

use crate::Ran;
use crate::program::Running;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A machine of a project.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) address: String,
    /// Its directory on the computer.
    pub(crate) dir: PathBuf,
}

impl Machine {
    /// The machine of this name in a site.
    pub(crate) fn of(site: &Path, name: &str) -> Machine {
        let dir = site.join("machines").join(name);
        let text = fs::read_to_string(dir.join("meta.json"))
            .unwrap_or_else(|e| panic!("no machine {name}: {e}"));
        let meta: Json = serde_json::from_str(&text).expect("a machine's record");
        let address = meta["address"]
            .as_str()
            .expect("it has an address")
            .to_string();
        Machine { address, dir }
    }

    /// Runs a shell script on it.
    pub(crate) fn try_on(&self, script: &str) -> Ran {
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-F",
            "/dev/null",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
        ]);
        ssh.args([
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
        ]);
        ssh.args(["-o", "ConnectTimeout=10", "-o", "LogLevel=ERROR"]);
        ssh.arg("-i")
            .arg(self.dir.join("key"))
            .arg(format!("root@{}", self.address));
        ssh.arg("/bin/sh -s");
        Running::start(ssh, Some(script)).wait()
    }

    /// The same, which must succeed; gives what it printed.
    pub(crate) fn on(&self, script: &str) -> String {
        self.try_on(script).expect(0).stdout
    }

    /// A file's text.
    pub(crate) fn read(&self, path: &str) -> String {
        self.on(&format!("cat '{path}'"))
    }
}
