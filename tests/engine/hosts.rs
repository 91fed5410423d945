//! The engine with what stands on a host: this machine, with records in a directory of the test.

use landfall_tests::Lab;
use model::Value;
use provider_ssh::SshProvider;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A project whose resources can name `local.host`, `local.dir` and the provider `ssh`.
fn lab(dir: &Path, resources: &str) -> Lab {
    let dir = dir.display();
    let main = format!(
        r#"
        provider "ssh" {{ records = "{dir}/records" }}
        locals {{
          dir  = "{dir}"
          host = {{ transport = "local" }}
        }}
        {resources}
        "#
    );
    Lab::new(&main).provider(Arc::new(SshProvider))
}

const FILE: &str = r#"
resource "ssh_file" "f" {
  host    = local.host
  path    = "${local.dir}/f"
  content = "text\n"
}
"#;

/// The last answer comes before the host has tidied up.
fn leaves_nothing(records: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while records.exists() {
        assert!(Instant::now() < deadline, "{} stays", records.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_gone_before_it_was_destroyed_leaves_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let mut lab = lab(dir.path(), FILE);
    lab.apply_whole().await;
    assert!(dir.path().join("records").exists());
    std::fs::remove_file(dir.path().join("f")).unwrap();
    lab.edit(FILE, "");
    lab.apply_whole().await;
    assert!(lab.state.objects.is_empty());
    leaves_nothing(&dir.path().join("records"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_gone_and_is_made_again_keeps_one_record() {
    let dir = tempfile::tempdir().unwrap();
    let mut lab = lab(dir.path(), FILE);
    lab.apply_whole().await;
    std::fs::remove_file(dir.path().join("f")).unwrap();
    lab.apply_whole().await;
    let lineage = lab.state.lineage.unwrap().to_string();
    let records = dir.path().join("records").join(lineage).join("objects");
    assert_eq!(std::fs::read_dir(records).unwrap().count(), 1);
    lab.edit(FILE, "");
    lab.apply_whole().await;
    leaves_nothing(&dir.path().join("records"));
}

/// Makes a file, lets somebody change it, and gives what a later plan shows of its content before
/// and after; then applies, and expects it to be mended.
async fn drift(lab: &mut Lab, dir: &Path, by_hand: impl Fn(&str) -> String) -> [String; 2] {
    lab.apply_whole().await;
    let path = dir.join("f");
    let written = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, by_hand(&written)).unwrap();
    let planned = lab.plan().await;
    assert!(planned.problems.is_empty(), "{:#?}", planned.problems);
    let [drift] = &*planned.plan.refreshed else {
        panic!("one drift, not {:#?}", planned.plan.refreshed)
    };
    let shown = |value: &Value| model::show(value.get("content").unwrap());
    let shown = [shown(&drift.before), shown(drift.after.as_ref().unwrap())];
    let steps = lab.planned().await;
    assert_eq!(steps, ["drift ssh_file.f", "update ssh_file.f"]);
    lab.apply_whole().await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changed_by_hand_shows_what_was_and_what_is() {
    for content in [
        "content = \"one\\ntwo\\n\"",
        "source = \"files/f\"",
        "template = \"files/t\"\n vars = { word = \"two\" }",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = FILE.replace("content = \"text\\n\"", content);
        assert!(file.contains(content));
        let mut lab = lab(dir.path(), &file)
            .file("files/f", "one\ntwo\n")
            .file("files/t", "one\n{{ word }}\n");
        let shown = drift(&mut lab, dir.path(), |text| text.replace("two", "zwei")).await;
        assert_eq!(
            shown,
            ["\"one\\ntwo\\n\"", "\"one\\nzwei\\n\""],
            "{content}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_file_with_a_secret_only_lines_that_were_recorded_in_clear_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let content = "content = \"user=app\\npassword=${var.password}\\n\"";
    let file = FILE.replace("content = \"text\\n\"", content);
    let variable = "variable \"password\" {\n sensitive = true\n default = \"hush-hush\"\n}\n";
    let mut lab = lab(dir.path(), &format!("{variable}{file}"));
    let by_hand = |text: &str| format!("{text}token=shown-to-nobody\n");
    let [before, after] = drift(&mut lab, dir.path(), by_hand).await;
    for shown in [&before, &after] {
        assert!(shown.contains("user=app"), "{shown}");
        assert!(
            !shown.contains("hush") && !shown.contains("nobody"),
            "{shown}"
        );
    }
    assert_ne!(before, after);
}
