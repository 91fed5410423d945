//! A PostgreSQL server for a test: on a socket in a directory of its own; ends with the test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test uses what it needs

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Server {
    directory: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl Server {
    /// On a socket.
    pub fn start() -> Server {
        Server::with(|_| vec!["listen_addresses=".into()], 0)
    }

    /// On a port of this computer, too.
    pub fn with_tcp() -> Server {
        let port = free_port();
        let on_port = vec!["listen_addresses=127.0.0.1".into(), format!("port={port}")];
        Server::with(|_| on_port, port)
    }

    /// With a certificate for `localhost` that an authority of its own signed.
    pub fn with_tls() -> Server {
        let port = free_port();
        let settings = |directory: &Path| {
            certify(directory);
            let file = |name: &str| directory.join(name).display().to_string();
            vec![
                "listen_addresses=127.0.0.1".into(),
                format!("port={port}"),
                "ssl=on".into(),
                format!("ssl_cert_file={}", file("server.pem")),
                format!("ssl_key_file={}", file("server.key")),
            ]
        };
        Server::with(settings, port)
    }

    fn with(settings: impl FnOnce(&Path) -> Vec<String>, port: u16) -> Server {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        if is_root() {
            let mut give = Command::new("chown");
            run(give.args(["-R", "postgres"]).arg(directory.path()));
        }
        let data = directory.path().join("data");
        let mut initdb = as_user(&program("initdb"));
        let quick = ["-A", "trust", "-U", "postgres", "--no-sync"];
        run(initdb.arg("-D").arg(&data).args(quick));
        let mut server = as_user(&program("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(directory.path());
        server.args(["-c", "max_connections=60"]);
        for setting in settings {
            server.arg("-c").arg(setting);
        }
        server.stdout(Stdio::null()).stderr(Stdio::null());
        let process = server.spawn().unwrap();
        Server {
            directory,
            process,
            port,
        }
    }

    pub fn url(&self) -> String {
        let directory = self.directory.path().display();
        format!("postgres://postgres@/postgres?host={directory}")
    }

    pub fn over_tcp(&self, host: &str, rest: &str) -> String {
        format!("postgres://postgres@{host}:{}/postgres?{rest}", self.port)
    }

    /// The file of the authority that signed the server's certificate.
    pub fn authority(&self) -> String {
        let path = self.directory.path().join("authority.pem");
        path.display().to_string()
    }
}

/// An authority, and a certificate of it for `localhost`.
fn certify(directory: &Path) {
    let openssl = |arguments: &str| {
        let mut openssl = Command::new("openssl");
        run(openssl.args(arguments.split(' ')).current_dir(directory));
    };
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {new} -days 2 -subj /CN=authority -keyout authority.key -out authority.pem"
    ));
    openssl(&format!(
        "req {new} -subj /CN=localhost -keyout server.key -out server.csr"
    ));
    std::fs::write(directory.join("names"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        "x509 -req -days 2 -CA authority.pem -CAkey authority.key -CAcreateserial \
         -in server.csr -extfile names -out server.pem",
    );
}

fn run(command: &mut Command) {
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?}: {said}");
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
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
