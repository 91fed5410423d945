//! A real sshd of the tests' own, on a loopback port, with keys of its own.

use super::{World, words};
use model::Value;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Killed and removed when dropped.
pub struct Sshd {
    pub dir: TempDir,
    pub port: u16,
    child: Child,
}

impl Sshd {
    pub fn start() -> Sshd {
        Sshd::with("")
    }

    /// With further lines of its configuration.
    pub fn with(lines: &str) -> Sshd {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        for key in ["host_key", "user_key"] {
            run(&[
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                &at(key),
            ]);
        }
        fs::copy(at("user_key.pub"), at("authorized_keys")).unwrap();
        // What a login shell prints, and a count of what was run.
        fs::write(
            dir.path().join("run"),
            format!(
                "#!/bin/sh\necho 'Welcome! @0 hello 1 nobody'\necho x >> '{}'\n\
                 PATH={}:$PATH\nexport PATH\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n",
                at("count"),
                at("bin")
            ),
        )
        .unwrap();
        fs::create_dir(at("bin")).unwrap();
        run(&["chmod", "755", &at("run")]);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\n\
             PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\n\
             ForceCommand {}\n{lines}\n",
            at("host_key"),
            at("authorized_keys"),
            at("run")
        );
        fs::write(at("sshd_config"), config).unwrap();
        let _ = fs::create_dir_all("/run/sshd");
        let log = fs::File::create(at("log")).unwrap();
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f", &at("sshd_config")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let sshd = Sshd { dir, port, child };
        sshd.wait();
        sshd.know(&sshd.host_key());
        sshd
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "sshd does not listen: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.at("log")).unwrap_or_default()
    }

    /// The public host key, without its comment.
    pub fn host_key(&self) -> String {
        let text = fs::read_to_string(self.at("host_key.pub")).unwrap();
        text.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// Writes the file of known hosts.
    pub fn know(&self, key: &str) {
        let line = format!("[127.0.0.1]:{} {key}\n", self.port);
        fs::write(self.at("known_hosts"), line).unwrap();
    }

    /// How many programs were run.
    pub fn count(&self) -> usize {
        fs::read_to_string(self.at("count"))
            .unwrap_or_default()
            .lines()
            .count()
    }

    /// The host value, with other fields.
    pub fn host(&self, fields: &[(&str, Value)]) -> Value {
        let mut all = vec![
            ("address", "127.0.0.1".into()),
            ("port", Value::int(self.port.into())),
            ("identity", self.at("user_key").display().to_string().into()),
        ];
        all.retain(|(n, _)| fields.iter().all(|(f, _)| f != n));
        all.extend(fields.iter().filter(|(_, v)| !v.is_null()).cloned());
        super::host(&all)
    }

    /// The provider's configuration.
    pub fn config(&self) -> Vec<(&'static str, Value)> {
        vec![(
            "known_hosts",
            self.at("known_hosts").display().to_string().into(),
        )]
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn run(words: &[&str]) {
    let status = Command::new(words[0]).args(&words[1..]).status().unwrap();
    assert!(status.success(), "{words:?}");
}

pub async fn world(sshd: &Sshd, fields: &[(&str, Value)]) -> World {
    World::on(sshd.host(fields), &sshd.config()).await
}

pub fn file(world: &World) -> [(&'static str, Value); 2] {
    [("path", world.at("f")), ("content", "over ssh\n".into())]
}

/// A file goes there and comes back.
pub async fn check_works(world: &World) {
    let made = world.create("ssh_file", &file(world)).await.unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "over ssh\n");
    assert_eq!(world.refreshed(&made).await.made, made.made);
    world.delete(&made).await.unwrap();
    assert!(!world.path("f").exists());
    world.connection.close().await;
}

pub async fn check_refused(world: &World, expected: &[&str]) {
    let failure = world.create("ssh_file", &file(world)).await.unwrap_err();
    let words = words(&failure.problem);
    for part in expected {
        assert!(words.contains(part), "expected {part:?} in:\n{words}");
    }
    assert!(!world.path("f").exists());
}
