//! A PostgreSQL server for a test: on a socket in a directory of its own; ends with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Server {
    directory: tempfile::TempDir,
    process: Child,
}

impl Server {
    pub fn start() -> Server {
        let directory = tempfile::tempdir().unwrap();
        if is_root() {
            let given = Command::new("chown")
                .arg("postgres")
                .arg(directory.path())
                .status();
            assert!(given.unwrap().success());
        }
        let data = directory.path().join("data");
        let mut initdb = as_user(&program("initdb"));
        initdb
            .arg("-D")
            .arg(&data)
            .args(["-A", "trust", "-U", "postgres", "--no-sync"]);
        let made = initdb.output().unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let mut server = as_user(&program("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(directory.path());
        server.args(["-c", "listen_addresses=", "-c", "max_connections=60"]);
        server.stdout(Stdio::null()).stderr(Stdio::null());
        let process = server.spawn().unwrap();
        Server { directory, process }
    }

    pub fn url(&self) -> String {
        let directory = self.directory.path().display();
        format!("postgres://postgres@/postgres?host={directory}")
    }

    /// Waits until it answers.
    pub async fn store(&self, name: &str) -> landfall_store::PostgresStore {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match landfall_store::PostgresStore::connect(&self.url(), name).await {
                Ok(store) => return store,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT: it ends at once, with all its processes.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.process.kill();
                let _ = self.process.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The server refuses to be root; and it ends where the test is killed.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=QUIT");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let found = versions.flatten().map(|v| v.path().join("bin").join(name));
    found
        .filter(|p| p.exists())
        .max()
        .unwrap_or_else(|| PathBuf::from(name))
}
