//! Running programs with a deadline, and what they said.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(240);
const POLL: Duration = Duration::from_millis(20);

/// How a program ended. `code` is none where a signal ended it.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) what: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// All that it said.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// Panics unless it ended like this.
    pub(crate) fn expect(self, code: i32) -> Ran {
        let told = self.all();
        assert_eq!(self.code, Some(code), "{}:\n{told}", self.what);
        self
    }

    /// Panics unless it said this.
    pub(crate) fn says(self, text: &str) -> Ran {
        assert!(
            self.told(text),
            "{text:?} is not in {}:\n{}",
            self.what,
            self.all()
        );
        self
    }

    /// Panics where it said this.
    pub(crate) fn never_says(self, text: &str) -> Ran {
        assert!(
            !self.told(text),
            "{text:?} is in {}:\n{}",
            self.what,
            self.all()
        );
        self
    }

    /// Lines are broken to fit; what is said counts, not where it is broken.
    fn told(&self, text: &str) -> bool {
        let words = |text: &str| {
            let marks = |c: char| c.is_whitespace() || c == '│';
            text.split(marks)
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        words(&self.all()).contains(&words(text))
    }
}

/// A program that runs; it ends with this value.
pub(crate) struct Running {
    what: String,
    child: Child,
    output: Option<[JoinHandle<String>; 2]>,
}

impl Running {
    pub(crate) fn start(mut command: Command, input: Option<&str>) -> Running {
        let what = format!("{command:?}");
        let what = what.replace(&program().display().to_string(), "landfall");
        let stdin = if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        let piped = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|e| panic!("{what}: {e}"));
        if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
            use std::io::Write;
            stdin.write_all(text.as_bytes()).expect("the program reads");
        }
        let output = [
            collect(child.stdout.take().expect("it is piped")),
            collect(child.stderr.take().expect("it is piped")),
        ];
        Running {
            what,
            child,
            output: Some(output),
        }
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ran {
        let deadline = Instant::now() + LONGEST;
        let mut late = false;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            if Instant::now() > deadline {
                late = true;
                let _ = self.child.kill();
            }
            sleep(POLL);
        };
        let [stdout, stderr] = self.output.take().expect("waited for once");
        let [stdout, stderr] = [stdout, stderr].map(|o| o.join().expect("reading ends"));
        let ran = Ran {
            what: self.what.clone(),
            code: status.code(),
            stdout,
            stderr,
        };
        assert!(!late, "{} took too long:\n{}", ran.what, ran.all());
        ran
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) -> Ran {
        let _ = self.child.kill();
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Runs a program that must succeed; gives what it printed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments);
    Running::start(command, None).wait().expect(0).stdout
}

/// Waits until something holds.
pub(crate) fn poll<T>(what: &str, holds: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = holds() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not in time");
        sleep(Duration::from_millis(100));
    }
}

/// The `landfall` of this build, which cargo does not build for another package's tests.
pub(crate) fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(given) = std::env::var_os("LANDFALL_BIN") {
            return PathBuf::from(given);
        }
        let test = std::env::current_exe().expect("the test has a path");
        let profile = test
            .parent()
            .and_then(Path::parent)
            .expect("target/PROFILE/deps/test");
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        build.args(["build", "--quiet", "--locked", "--package", "landfall-cli"]);
        build
            .arg("--manifest-path")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
        build
            .arg("--target-dir")
            .arg(profile.parent().expect("target"));
        build.args(profile.ends_with("release").then_some("--release"));
        assert!(
            build.status().expect("cargo runs").success(),
            "landfall does not build"
        );
        profile.join("landfall")
    })
}
