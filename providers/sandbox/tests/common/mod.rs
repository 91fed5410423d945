//! What the tests with real machines share: a site of their own, whose machines end with the
//! test, and the operations as the core sends them.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::result_large_err
)]

use landfall_provider_sandbox::{SandboxProvider, Site};
pub mod asking;

use model::{Lineage, ObjectId, Token, Type, Value};
use provider::{
    Action, Answer, Connection, Failure, FindAnswer, FindRequest, Made, Operation, Ownership,
    Provider, ReadAnswer, ReadRequest, answers,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

pub const TYPE: &str = "sandbox_machine";

/// Whether machines can be made here. Where they can't, the test is skipped, loudly; under
/// `CI=true` that is a failure.
pub fn possible() -> bool {
    let root = run("id", &["-u"]).trim() == "0";
    let nspawn = Path::new("/usr/bin/systemd-nspawn").exists();
    if root && nspawn {
        return true;
    }
    let why = format!("needs root ({root}) and systemd-nspawn ({nspawn})");
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "must not be skipped in CI: {why}"
    );
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "\nSKIPPED, NOTHING WAS TESTED: {why}\n");
    false
}

/// A site of a test's own. With it, its machines end.
pub struct World {
    pub site: Site,
    pub lineage: Lineage,
    pub connection: Arc<dyn Connection>,
    dir: PathBuf,
}

impl World {
    pub async fn new(name: &str) -> World {
        let dir = PathBuf::from(format!(
            "/var/lib/landfall-sandbox-test/{name}-{}",
            std::process::id()
        ));
        World::at(dir, Lineage::random()).await
    }

    pub async fn at(dir: PathBuf, lineage: Lineage) -> World {
        let site = Site::at(&dir);
        let connection = SandboxProvider::at(site.clone())
            .connect(Value::NULL)
            .await
            .unwrap();
        World {
            site,
            lineage,
            connection,
            dir,
        }
    }

    pub fn owner(&self, object: ObjectId) -> Ownership {
        Ownership {
            lineage: self.lineage,
            object,
            hint: "sandbox_machine.test".into(),
            epoch: 1,
        }
    }

    pub fn operation(&self, object: ObjectId, token: Token, action: Action) -> Operation {
        Operation {
            token,
            ownership: self.owner(object),
            ty: TYPE.into(),
            action,
            private: Vec::new(),
            timeout_ms: 300_000,
        }
    }

    pub fn create(&self, object: ObjectId, planned: &Value) -> Operation {
        let action = Action::Create {
            planned: planned.clone(),
        };
        self.operation(object, Token::random(), action)
    }

    pub fn delete(&self, object: ObjectId, made: &Made) -> Operation {
        let action = Action::Delete {
            prior: made.attributes.clone(),
        };
        self.operation(object, Token::random(), action)
    }

    /// Carries operations out together; one outcome each, in their order.
    pub async fn apply(&self, batch: Vec<Operation>) -> Vec<Result<Option<Made>, Failure>> {
        let tokens: Vec<Token> = batch.iter().map(|o| o.token).collect();
        let (sender, mut receiver) = answers();
        self.connection.apply(batch, sender).await;
        let mut outcomes: Vec<_> = tokens.iter().map(|_| None).collect();
        while let Ok((token, answer)) = receiver.try_recv() {
            let place = tokens
                .iter()
                .position(|t| *t == token)
                .expect("a token that was sent");
            let outcome = match answer {
                Answer::Progress(_) => continue,
                Answer::Done(made) => Ok(made),
                Answer::Failed(failure) => Err(*failure),
            };
            assert!(outcomes[place].replace(outcome).is_none(), "answered twice");
        }
        outcomes
            .into_iter()
            .map(|o| o.expect("an answer for each"))
            .collect()
    }

    /// Carries one operation out.
    pub async fn one(&self, operation: Operation) -> Result<Option<Made>, Failure> {
        self.apply(vec![operation]).await.remove(0)
    }

    pub async fn read(&self, object: ObjectId, attributes: &Value) -> ReadAnswer {
        let request = ReadRequest {
            ty: TYPE.into(),
            attributes: attributes.clone(),
            private: Vec::new(),
            all: false,
            lineage: self.lineage,
            object: Some(object),
        };
        self.connection.read(vec![request]).await.remove(0)
    }

    pub async fn find(&self, object: ObjectId, token: Token, action: &'static str) -> FindAnswer {
        let request = FindRequest {
            ty: TYPE.into(),
            token,
            ownership: self.owner(object),
            attributes: planned("x", &[]),
            private: Vec::new(),
            action,
            age_ms: 0,
        };
        self.connection.find(vec![request]).await.remove(0)
    }

    /// Runs a command on a machine as the user would: strictly with the host key that we gave out.
    pub fn ssh(&self, made: &Made, command: &str) -> Output {
        let host = made.attributes.get("host").unwrap().expose();
        let field = |name: &str| host.get(name).and_then(Value::as_str).unwrap().to_string();
        let dir = tempfile::tempdir().unwrap();
        let (key, known) = (field("identity"), dir.path().join("known"));
        std::fs::write(
            &known,
            format!("{} {}\n", field("address"), field("host_key")),
        )
        .unwrap();
        Command::new("ssh")
            .args([
                "-F",
                "/dev/null",
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=yes",
            ])
            .args(["-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=10"])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known.display()))
            .arg("-i")
            .arg(&key)
            .arg(format!("{}@{}", field("user"), field("address")))
            .arg(command)
            .output()
            .unwrap()
    }

    /// The same, which must succeed; gives what it printed.
    pub fn on(&self, made: &Made, command: &str) -> String {
        let output = self.ssh(made, command);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {text}\n{errors}");
        text
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let connection = self.connection.clone();
        let lineage = self.lineage;
        // Not in the test's own runtime: that one may be going down by a panic.
        let cleaned = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let batch: Vec<_> = connection
                    .list(lineage)
                    .await
                    .unwrap()
                    .into_iter()
                    .map(|listed| Operation {
                        token: Token::random(),
                        ownership: Ownership {
                            lineage,
                            object: listed.owner.1,
                            hint: String::new(),
                            epoch: u64::MAX,
                        },
                        ty: TYPE.into(),
                        action: Action::Delete {
                            prior: listed.made.attributes,
                        },
                        private: Vec::new(),
                        timeout_ms: 60_000,
                    })
                    .collect();
                let (sender, mut receiver) = answers();
                connection.apply(batch, sender).await;
                while let Ok((_, answer)) = receiver.try_recv() {
                    assert!(!matches!(answer, Answer::Failed(_)), "{answer:?}");
                }
            });
        });
        let cleaned = cleaned.join();
        // Another world may have machines here still: with them their directories go.
        let machines = self.dir.join("machines");
        if std::fs::read_dir(&machines).is_ok_and(|mut entries| entries.next().is_none()) {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
        if !std::thread::panicking() {
            cleaned.expect("the machines of the test end");
        }
    }
}

/// A machine as planned.
pub fn planned(name: &str, more: &[(&str, Value)]) -> Value {
    let unknown = || Value::unknown(Type::String);
    let mut value = Value::object([
        ("name", name.into()),
        ("image", "debian-12".into()),
        ("ports", Value::Null(Type::map(Type::Number))),
        ("memory", Value::Null(Type::Number)),
        ("id", unknown()),
        ("address", unknown()),
        ("host_key", unknown()),
        ("identity", unknown()),
        ("host", Value::unknown(provider::host_type())),
        ("state", "running".into()),
    ]);
    for (name, given) in more {
        value = value.with(name, given.clone());
    }
    value
}

pub fn text(made: &Made, name: &str) -> String {
    made.attributes
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_string()
}

/// All that machines could leave on the computer, apart from those of other sites.
pub fn traces(site: &Site) -> Vec<String> {
    let tag = site_tag(site);
    let mut found = Vec::new();
    let mut lines = |text: String| {
        found.extend(text.lines().filter(|l| l.contains(&tag)).map(String::from));
    };
    lines(run("ip", &["-o", "link"]));
    lines(run("ip", &["netns"]));
    lines(run("nft", &["list", "tables"]));
    lines(run(
        "find",
        &["/sys/fs/cgroup", "-type", "d", "-name", "*-sandbox"],
    ));
    lines(run("find", &["/run/systemd/nspawn", "-mindepth", "2"]));
    let dir = site.dir().display().to_string();
    let mut lines = |text: String| {
        found.extend(text.lines().filter(|l| l.contains(&dir)).map(String::from));
    };
    lines(std::fs::read_to_string("/proc/self/mountinfo").unwrap());
    lines(run("ps", &["-eww", "-o", "pid,stat,args"]));
    lines(run(
        "find",
        &[
            site.dir().join("machines").to_str().unwrap(),
            "-mindepth",
            "1",
        ],
    ));
    found
}

/// What the names of the site's links begin with, as its directory's digest gives it.
pub fn site_tag(site: &Site) -> String {
    let dir = Value::string(site.dir().to_string_lossy());
    format!("lf{}n", &model::Fingerprint::of(&dir).to_hex()[..6])
}

pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
