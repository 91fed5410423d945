//! A project of a test's own, with keys, state and machines of its own: with the value, they end.

use crate::program::{Running, program, run};
use crate::{Machine, Ran};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

/// Below it are the sites of tests, each named by what it is and by the process that made it.
/// An overlay needs a real file system, which `/tmp` may not be.
const SITES: &str = "/var/lib/landfall-sandbox-test";

/// A project.
pub(crate) struct Project {
    /// All that is the test's own.
    pub(crate) dir: PathBuf,
    /// What the runs said, for who looks for secrets in it.
    said: Mutex<Vec<Ran>>,
}

impl Project {
    /// An initialised project, or none where machines can't be made here.
    pub(crate) fn new(name: &str, main: &str) -> Option<Project> {
        let project = Project::bare(name)?;
        project.write("main.hcl", main);
        project.landfall(&["init"]).expect(0);
        Some(project)
    }

    /// A project without a file and without a state.
    pub(crate) fn bare(name: &str) -> Option<Project> {
        if !possible() {
            return None;
        }
        static ONCE: Once = Once::new();
        ONCE.call_once(sweep);
        let dir = Path::new(SITES).join(format!("whole-{name}-{}", std::process::id()));
        for part in ["project", "home", "site"] {
            fs::create_dir_all(dir.join(part)).expect("directories can be made");
        }
        Some(Project {
            dir,
            said: Mutex::default(),
        })
    }

    /// The project's root.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("project")
    }

    /// Where its machines are.
    pub(crate) fn site(&self) -> PathBuf {
        self.dir.join("site")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).expect("files can be written");
    }

    /// A machine by its name.
    pub(crate) fn machine(&self, name: &str) -> Machine {
        Machine::of(&self.site(), name)
    }

    /// `landfall` in this project, as this user.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of("home", arguments)
    }

    /// The same as another user.
    pub(crate) fn command_of(&self, home: &str, arguments: &[&str]) -> Command {
        let home = self.dir.join(home);
        let mut command = Command::new(program());
        let kept = ["PATH", "LANDFALL_SANDBOX_IMAGES", "CI"];
        let kept = kept.iter().filter_map(|n| Some((n, std::env::var_os(n)?)));
        command
            .env_clear()
            .envs(kept)
            .args(arguments)
            .current_dir(self.root());
        command
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"));
        command
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"));
        command
            .env("LANDFALL_SANDBOX_DIR", self.site())
            .env("NO_COLOR", "1");
        command
    }

    /// Runs `landfall`.
    pub(crate) fn landfall(&self, arguments: &[&str]) -> Ran {
        self.finish(self.command(arguments))
    }

    /// Runs a command of this project to its end.
    pub(crate) fn finish(&self, command: Command) -> Ran {
        let ran = Running::start(command, None).wait();
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(ran.clone());
        ran
    }

    /// Applies, with success.
    pub(crate) fn apply(&self) -> Ran {
        self.landfall(&["apply", "--auto-approve"]).expect(0)
    }

    /// Expects that an apply and a plan find nothing to do.
    pub(crate) fn settled(&self) {
        self.apply().says("No changes");
        self.landfall(&["plan", "--detailed-exitcode"]).expect(0);
    }

    /// Another configuration, applied.
    pub(crate) fn becomes(&self, main: &str) -> Ran {
        self.write("main.hcl", main);
        self.apply()
    }

    /// All that the runs said.
    pub(crate) fn said(&self) -> Vec<Ran> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the kernel calls the parts of its site begins with this.
    pub(crate) fn tag(&self) -> String {
        let dir = model::Value::string(self.site().to_string_lossy());
        format!("lf{}n", &model::Fingerprint::of(&dir).to_hex()[..6])
    }

    /// All that machines of its site left on the computer.
    pub(crate) fn traces(&self) -> Vec<String> {
        let (tag, dir) = (self.tag(), self.site().display().to_string());
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("proc is mounted");
        let named = [
            run("ip", &["-o", "link"]),
            run("ip", &["netns"]),
            run("nft", &["list", "tables"]),
            run(
                "find",
                &["/sys/fs/cgroup", "-type", "d", "-name", "*-sandbox"],
            ),
        ];
        let here = [mounts, run("ps", &["-eww", "-o", "pid,stat,args"])];
        let of = |texts: &[String], part: &str| -> Vec<String> {
            let lines = texts.iter().flat_map(|t| t.lines());
            lines
                .filter(|l| l.contains(part))
                .map(String::from)
                .collect()
        };
        let left = run(
            "find",
            &[
                self.site().join("machines").to_str().expect("UTF-8"),
                "-mindepth",
                "1",
            ],
        );
        [of(&named, &tag), of(&here, &dir), of(&[left], "/")].concat()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let down = self.command(&["sandbox", "down", "--all"]).output();
        let gone = down.is_ok_and(|o| o.status.success());
        if gone {
            let _ = fs::remove_dir_all(&self.dir);
        }
        if !std::thread::panicking() {
            assert!(gone, "the machines of {} did not end", self.dir.display());
        }
    }
}

/// How long something took, in milliseconds.
pub(crate) fn timed<T>(what: impl FnOnce() -> T) -> (T, u64) {
    let began = Instant::now();
    let given = what();
    let took: Duration = began.elapsed();
    (given, u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
}

/// Whether machines can be made here. Where they can't, the test is skipped, loudly; under
/// `CI=true` that is a failure.
fn possible() -> bool {
    let root = rustix::process::geteuid().is_root();
    let nspawn = Path::new("/usr/bin/systemd-nspawn").exists();
    if root && nspawn {
        return true;
    }
    let why = format!("needs root ({root}) and systemd-nspawn ({nspawn})");
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "must not be skipped in CI: {why}");
    eprintln!("\nSKIPPED, NOTHING WAS TESTED: {why}\n");
    false
}

/// Ends what test processes left that were killed.
fn sweep() {
    for entry in fs::read_dir(SITES).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name
            .strip_prefix("whole-")
            .and_then(|n| n.rsplit_once('-'))
            .map(|(_, pid)| pid);
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            drop(Project {
                dir: entry.path(),
                said: Mutex::default(),
            });
        }
    }
}
