//! A throwaway machine, gone when dropped.

use super::World;
use model::{Lineage, ObjectId, Token, Value};
use provider::{
    Action, Answer, Connection, Made, Operation, Ownership, Provider, ReadAnswer, ReadRequest,
    answers,
};
use provider_sandbox::{SandboxProvider, Site};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whether machines can be made here. Where they can't, the test is skipped, loudly; under
/// `CI=true` that is a failure.
pub fn possible() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|o| o.stdout.trim_ascii() == b"0");
    let nspawn = Path::new("/usr/bin/systemd-nspawn").exists();
    if root && nspawn {
        return true;
    }
    let why = format!("needs root ({root}) and systemd-nspawn ({nspawn})");
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "not to be skipped in CI: {why}"
    );
    eprintln!("\nSKIPPED, NOTHING WAS TESTED: {why}\n");
    false
}

pub struct Machine {
    dir: PathBuf,
    connection: Arc<dyn Connection>,
    object: ObjectId,
    made: Made,
}

impl Machine {
    pub async fn new(name: &str) -> Machine {
        let dir = PathBuf::from(format!(
            "/var/lib/landfall-sandbox-test/ssh-{name}-{}",
            std::process::id()
        ));
        let provider = SandboxProvider::at(Site::at(&dir));
        let connection = provider.connect(Value::NULL).await.unwrap();
        let mut planned = Value::object([("name", name.into())]);
        for attribute in &provider.schema().resources["sandbox_machine"]
            .block
            .attributes
        {
            if planned.get(&attribute.name).is_none() {
                let null = Value::Null(attribute.ty.clone());
                let value = match (&attribute.default, attribute.is_computed()) {
                    (Some(default), _) => default.clone(),
                    (None, true) => Value::unknown(attribute.ty.clone()),
                    (None, false) => null,
                };
                planned = planned.with(&attribute.name, value);
            }
        }
        let object = ObjectId::random();
        let action = Action::Create { planned };
        let outcome = apply(&connection, operation(object, action)).await;
        let made = match outcome {
            Ok(Some(made)) => made,
            other => panic!("no machine: {other:?}"),
        };
        Machine {
            dir,
            connection,
            object,
            made,
        }
    }

    pub fn host(&self) -> Value {
        let given = self.made.attributes.get("host").unwrap();
        model::convert(given, &provider::host_type()).unwrap()
    }

    /// A world on it, with the usual records.
    pub async fn world(&self) -> World {
        let mut world = World::on(self.host(), &[]).await;
        let config = Value::object([("connect_timeout", Value::int(10))]);
        world.connection = landfall_provider_ssh::SshProvider
            .connect(config)
            .await
            .unwrap();
        world
    }

    /// Shuts it down and starts it anew.
    pub async fn restart(&mut self) {
        self.try_run("systemctl poweroff");
        let deadline = Instant::now() + Duration::from_secs(60);
        let stopped = loop {
            let request = ReadRequest {
                ty: "sandbox_machine".into(),
                attributes: self.made.attributes.clone(),
                private: self.made.private.clone(),
                all: false,
                lineage: Lineage([7; 10]),
                object: Some(self.object),
            };
            let read = self.connection.read(vec![request]).await.remove(0);
            match read {
                ReadAnswer::Present { made, .. }
                    if made.attributes.get("state") == Some(&"stopped".into()) =>
                {
                    break made.attributes;
                }
                _ => assert!(Instant::now() < deadline, "it does not stop: {read:?}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let action = Action::Update {
            planned: stopped.with("state", "running".into()),
            prior: stopped,
        };
        let started = apply(&self.connection, operation(self.object, action)).await;
        self.made = started.unwrap().unwrap();
    }

    /// What a command prints there, by the system's own ssh.
    pub fn run(&self, command: &str) -> String {
        let output = self.ssh(command);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Whether the system's own ssh gets in and the command succeeds.
    pub fn try_run(&self, command: &str) -> bool {
        self.ssh(command).status.success()
    }

    fn ssh(&self, command: &str) -> std::process::Output {
        let text = |name: &str| {
            let host = self.host();
            host.get(name)
                .unwrap()
                .expose()
                .as_str()
                .unwrap_or_default()
                .to_string()
        };
        std::fs::create_dir_all(&self.dir).unwrap();
        let known = self.dir.join("test_known");
        std::fs::write(
            &known,
            format!("{} {}\n", text("address"), text("host_key")),
        )
        .unwrap();
        Command::new("ssh")
            .args([
                "-F",
                "none",
                "-o",
                &format!("UserKnownHostsFile={}", known.display()),
            ])
            .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
            .args(["-o", "ConnectTimeout=3", "-i"])
            .arg(text("identity"))
            .arg(format!("root@{}", text("address")))
            .arg(command)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

fn operation(object: ObjectId, action: Action) -> Operation {
    Operation {
        token: Token::random(),
        ownership: Ownership {
            lineage: Lineage([7; 10]),
            object,
            hint: "sandbox_machine.test".into(),
            epoch: 1,
        },
        ty: "sandbox_machine".into(),
        action,
        private: Vec::new(),
        timeout_ms: 300_000,
    }
}

async fn apply(
    connection: &Arc<dyn Connection>,
    operation: Operation,
) -> Result<Option<Made>, String> {
    let (sender, mut receiver) = answers();
    connection.apply(vec![operation], sender).await;
    while let Some((_, answer)) = receiver.recv().await {
        match answer {
            Answer::Progress(_) => {}
            Answer::Done(made) => return Ok(made),
            Answer::Failed(failure) => return Err(super::words(&failure.problem)),
        }
    }
    Err("no answer".into())
}

impl Drop for Machine {
    fn drop(&mut self) {
        let (connection, object, prior) = (
            self.connection.clone(),
            self.object,
            self.made.attributes.clone(),
        );
        // Not in the test's own runtime: that one may be going down by a panic.
        let ended = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            let gone = operation(object, Action::Delete { prior });
            runtime.block_on(apply(&connection, gone))
        });
        if let Err(problem) = ended.join().unwrap_or_else(|_| Err("panicked".into())) {
            eprintln!(
                "a machine was left behind in {}: {problem}",
                self.dir.display()
            );
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// What of a machine must be as before after a destroy.
pub fn snapshot(machine: &Machine) -> String {
    machine.run(
        "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/log \
         -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /root/.ssh \
         -o -path /var/lib/systemd -o -name '*-old' -o -name '*-' -o -path /etc/ld.so.cache \\) -prune \
         -o \\( -type d -printf '%p %m %u %g\\n' \\) -o -printf '%p %m %u %g %s\\n' | sort; \
         cat /etc/passwd /etc/group | sort; \
         dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\\n'; \
         systemctl list-unit-files --no-legend --no-pager | grep -v transient",
    )
}

pub fn assert_same(before: &str, after: &str) {
    let gone: Vec<_> = before
        .lines()
        .filter(|l| !after.lines().any(|a| a == *l))
        .collect();
    let new: Vec<_> = after
        .lines()
        .filter(|l| !before.lines().any(|b| b == *l))
        .collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "gone: {gone:#?}\nnew: {new:#?}"
    );
}
