//! The engine with what stands on a host: this machine, with records in a directory of the test.

use landfall_tests::Lab;
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
