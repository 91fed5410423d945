//! The quickstart, as somebody runs it who has just read the README.

use crate::Project;
use crate::program::{Running, poll};
use serde_json::Value as Json;
use std::path::Path;
use std::process::Command;

#[test]
fn the_quickstart_answers_and_then_there_is_nothing_to_do() {
    let Some(project) = Project::bare("quickstart") else {
        return;
    };
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart");
    for path in [
        "main.hcl",
        "app/greeter.py",
        "app/greeter.service",
        "app/nginx.conf",
    ] {
        let to = project.root().join(path);
        std::fs::create_dir_all(to.parent().expect("in the project")).expect("directories");
        std::fs::copy(from.join(path), to).unwrap_or_else(|e| panic!("{path}: {e}"));
    }
    project.landfall(&["init"]).expect(0);
    project.apply().says("21 created");
    let told = project.landfall(&["output", "--format", "json"]).expect(0);
    let outputs: Json = serde_json::from_str(&told.stdout).expect("JSON");
    for name in ["one", "two"] {
        let address = outputs["addresses"]["value"][name]
            .as_str()
            .expect("an address");
        let answer = poll(&format!("{address} answers"), || curl(address));
        assert_eq!(answer, format!("hello from {name}\n"));
    }
    project.settled();
    project.landfall(&["destroy", "--auto-approve"]).expect(0);
    project
        .landfall(&["sandbox", "list"])
        .expect(0)
        .says("There are no machines");
    assert_eq!(project.traces(), Vec::<String>::new());
}

fn curl(address: &str) -> Option<String> {
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--silent",
        "--show-error",
        "--max-time",
        "5",
        address,
    ]);
    let ran = Running::start(curl, None).wait();
    (ran.code == Some(0)).then_some(ran.stdout)
}
