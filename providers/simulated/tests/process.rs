//! A world in a process of its own, with users that come and go.
#![allow(clippy::unwrap_used)]

use landfall_provider_simulated::{Endpoint, Outside, Remote, Reply, Report, Request, Simulated};
use model::{Lineage, ObjectId, Token, Value};
use provider::conformance::{Case, run};
use provider::{Action, Operation, Ownership, Provider};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A world's process, ended with the test.
struct Process {
    child: Child,
    endpoint: String,
}

impl Process {
    fn start(endpoint: &str, idle: &str) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_landfall-simulated-world"))
            .args([endpoint, idle])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Process {
            child,
            endpoint: line.trim().to_string(),
        }
    }

    fn remote(&self) -> Remote {
        Remote::new(self.endpoint.parse::<Endpoint>().unwrap())
    }

    async fn report(&self) -> Report {
        match self.remote().ask(Request::Report).await {
            Ok(Reply::Report(report)) => report,
            other => panic!("{other:?}"),
        }
    }

    fn ends_within(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(process: &Process) -> Value {
    Value::object([("world", Value::from(process.endpoint.as_str()))])
}

#[tokio::test]
async fn objects_live_through_their_whole_life_over_tcp() {
    let process = Process::start("tcp:127.0.0.1:0", "60");
    let provider = Simulated::new();
    let connection = provider.connect(config(&process)).await.unwrap();
    let cases = [
        Case::new("sim_server", [("name", "a".into()), ("image", "x".into())])
            .changed([("name", "b".into()), ("image", "x".into())]),
        Case::new("sim_token", []),
        Case::new("sim_ticket", [("title", "t".into())]).kept(),
    ];
    assert_eq!(
        run(&provider, &*connection, &cases).await,
        Vec::<String>::new()
    );
    let report = process.report().await;
    assert_eq!(
        (report.things.len(), report.creations, report.duplicates),
        (1, 3, 0)
    );
    assert_eq!(
        provider.world().report(),
        Report::default(),
        "not in this process"
    );
}

#[tokio::test]
async fn what_was_asked_is_done_though_the_user_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&format!("unix:{}/world", folder.path().display()), "60");
    let provider = Simulated::new();
    let connection = provider.connect(config(&process)).await.unwrap();
    let schema = provider.schema();
    let given = Value::object([("size", Value::int(1)), ("kind", "ssd".into())]);
    let block = &schema.resources["sim_disk"].block;
    let planned = provider::conformance::complete(block, &given).unwrap();
    let operation = Operation {
        token: Token::random(),
        ownership: Ownership {
            lineage: Lineage::random(),
            object: ObjectId::random(),
            hint: String::new(),
            epoch: 1,
        },
        ty: "sim_disk".into(),
        action: Action::Create { planned },
        private: Vec::new(),
        timeout_ms: 10_000,
    };
    let (sender, _) = provider::answers();
    connection.apply(vec![operation], sender).await;
    drop(connection);
    assert_eq!(process.report().await.creations, 1);
}

#[tokio::test]
async fn ends_when_told_to_and_takes_its_socket_along() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("world");
    let mut process = Process::start(&format!("unix:{}", socket.display()), "60");
    assert!(socket.exists());
    process.remote().ask(Request::Stop).await.unwrap();
    assert!(process.ends_within(Duration::from_secs(10)));
    assert!(!socket.exists());
    let lost = process.remote().ask(Request::Report).await.unwrap_err();
    assert!(!lost.sent && lost.why.contains("unix:"), "{lost:?}");
}

#[test]
fn ends_by_itself_when_nobody_asks() {
    let mut process = Process::start("tcp:127.0.0.1:0", "1");
    assert!(process.ends_within(Duration::from_secs(10)));
}

#[test]
fn says_what_it_wants() {
    for arguments in [&[][..], &["tcp:0.0.0.0:1"], &["unix:/tmp/x", "soon"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall-simulated-world"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            !output.status.success() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
