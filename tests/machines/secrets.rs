//! Neither a given nor a generated secret is to be found anywhere but where it was sent to.

use crate::scanner::Scanner;
use crate::{Machine, Project};
use std::collections::BTreeSet;
use std::fs;
use std::os::linux::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

const MAIN: &str = r#"
variable "token" {
  type      = string
  sensitive = true
}

resource "sandbox_machine" "m" {
  name = "m"
}

resource "random_password" "key" {
  length = 40
}

locals {
  host = sandbox_machine.m.host
}

resource "ssh_file" "environment" {
  host    = local.host
  path    = "/etc/app.env"
  mode    = "0600"
  content = <<-EOT
    PLAIN=yes
    TOKEN=${var.token}
    KEY=${random_password.key.result}
  EOT
}

resource "ssh_systemd_unit" "app" {
  host       = local.host
  name       = "app.service"
  content    = "[Service]\nExecStart=/bin/sleep infinity\n"
  enabled    = null
  restart_on = [ssh_file.environment.content_sha256, var.token]
}

resource "ssh_command" "login" {
  host        = local.host
  environment = { TOKEN = var.token, KEY = random_password.key.result }
  command     = "[ -n \"$TOKEN\" ] && [ -n \"$KEY\" ]"
  triggers    = { token = var.token }
}

resource "terraform_data" "derived" {
  input = {
    base64 = base64encode(var.token)
    json   = jsonencode([var.token, random_password.key.result])
    url    = urlencode(var.token)
  }
}

output "token" {
  value     = var.token
  sensitive = true
}

output "key" {
  value     = random_password.key.result
  sensitive = true
}
"#;

/// Its words are the secret's own.
const TALKS: &str = r#"
resource "ssh_command" "talks" {
  host        = local.host
  environment = { TOKEN = var.token }
  command     = "echo \"the token is $TOKEN, is it not\" >&2; exit 3"
}
"#;

#[test]
fn secrets_are_nowhere_but_where_they_were_sent() {
    let Some(project) = Project::bare("secrets") else {
        return;
    };
    let token = format!("m4rk'er \"{:016x}\" %+/$x\\é", std::process::id());
    // In a file that the user names: neither arguments nor environment hold it.
    let values = project.dir.join("home/token.vars");
    let quoted = token.replace('\\', "\\\\").replace('"', "\\\"");
    fs::write(&values, format!("token = \"{quoted}\"\n")).expect("a file");
    project.write("main.hcl", MAIN);
    let given = values.to_str().expect("UTF-8").to_string();
    run(&project, &["init"], 0);

    let given_alone = Scanner::of(&[("the given secret", &token)]);
    let sampler = Sampler::start(&project, given_alone);
    let apply = ["apply", "--auto-approve", "--var-file", &given];
    run(
        &project,
        &["plan", "--var-file", &given, "--out", "first.plan"],
        0,
    );
    run(&project, &apply, 0);
    assert_eq!(sampler.end(), Vec::<String>::new());

    let key = reveal(&project, "key");
    assert_eq!((reveal(&project, "token"), key.len()), (token.clone(), 40));
    let machine = project.machine("m");
    assert_eq!(
        machine.read("/etc/app.env"),
        format!("PLAIN=yes\nTOKEN={token}\nKEY={key}\n")
    );
    let scanner = Scanner::of(&[("the given secret", &token), ("the generated one", &key)]);
    let sampler = Sampler::start(&project, scanner.clone());
    let json = ["--format", "json"];
    run(&project, &[&apply[..], &json].concat(), 0);
    // By hand, so that the host tells what is not as recorded.
    machine.on("sed -i 's/^TOKEN=.*/&and more/; s/yes/no/' /etc/app.env");
    run(
        &project,
        &[
            "plan",
            "--var-file",
            &given,
            "--out",
            "second.plan",
            "--full",
        ],
        0,
    );
    run(
        &project,
        &[&["plan", "--var-file", &given], &json[..]].concat(),
        0,
    );
    run(
        &project,
        &[&apply[..], &json, &["--replace", "ssh_command.login"]].concat(),
        0,
    );
    project.write("main.hcl", &format!("{MAIN}{TALKS}"));
    run(&project, &apply, 1);
    for shown in [
        &["show"][..],
        &["output"],
        &["state", "pull"],
        &["state", "history"],
    ] {
        run(&project, shown, 0);
        run(&project, &[shown, &json].concat(), 0);
    }
    assert_eq!(sampler.end(), Vec::<String>::new());
    kept_nowhere(&project, &machine, &scanner, &values);
}

/// Runs it with all logs on.
fn run(project: &Project, arguments: &[&str], code: i32) {
    let mut command = project.command(arguments);
    command
        .env("RUST_LOG", "trace")
        .env("LANDFALL_LOG", "trace")
        .env("RUST_BACKTRACE", "1");
    project.finish(command).expect(code);
}

/// What its owner asks for by name; this one run says it, and is not kept.
fn reveal(project: &Project, name: &str) -> String {
    let told = project
        .command(&["output", "--raw", name])
        .output()
        .expect("it runs");
    String::from_utf8(told.stdout).expect("UTF-8")
}

/// After the runs: what they said, what the computer keeps, what the machine keeps.
fn kept_nowhere(project: &Project, machine: &Machine, scanner: &Scanner, values: &Path) {
    for ran in project.said() {
        assert_eq!(
            scanner.found(ran.all().as_bytes()),
            Vec::<&str>::new(),
            "{}:\n{}",
            ran.what,
            ran.all()
        );
    }
    let said = project.said();
    assert!(
        said.iter().any(|r| r.all().contains("the token is")),
        "the command's words are shown"
    );
    for logged in ["executor::batch", "store::journal", "one exec on a host"] {
        let all = said.iter().any(|r| r.all().contains(logged));
        assert!(all, "{logged} is in the log");
    }
    let sent_to = machine.dir.join("upper/etc/app.env");
    let sent = fs::read(&sent_to).expect("it is on the disk");
    let found = scanner.found(&sent);
    assert!(
        found.contains(&"the given secret as clear")
            && found.contains(&"the generated one as clear"),
        "{found:?}"
    );
    let elsewhere = |path: &Path| path != sent_to && path != values && !path.ends_with("root");
    assert!(project.root().join("second.plan").exists());
    assert_eq!(
        scanner.found_below(&project.dir, &elsewhere),
        Vec::<String>::new()
    );
    let journal =
        machine.on("journalctl --no-pager -o export; cat /proc/*/cmdline /proc/*/environ; true");
    assert!(
        journal.contains("Accepted publickey"),
        "the journal tells of logins"
    );
    assert_eq!(scanner.found(journal.as_bytes()), Vec::<&str>::new());
}

/// Looks, as often as it can, at what others on the computer and on its machines can see: what
/// processes are called with, what stands in their environments, what lies in `/tmp`.
struct Sampler {
    end: Arc<AtomicBool>,
    thread: JoinHandle<(BTreeSet<String>, usize)>,
}

impl Sampler {
    fn start(project: &Project, scanner: Scanner) -> Sampler {
        let end = Arc::new(AtomicBool::new(false));
        let over = end.clone();
        let namespaces = Path::new("/run/netns").to_path_buf();
        let tag = project.tag();
        let thread = std::thread::spawn(move || {
            let (mut found, mut rounds) = (BTreeSet::new(), 0);
            while !over.load(Ordering::Relaxed) {
                let machine = namespaces.join(format!("{tag}-m"));
                // What lies in a directory lies there longer than a process lives.
                sample(&scanner, &machine, rounds % 16 == 0, &mut found);
                rounds += 1;
            }
            (found, rounds)
        });
        Sampler { end, thread }
    }

    fn end(self) -> Vec<String> {
        self.end.store(true, Ordering::Relaxed);
        let (found, rounds) = self.thread.join().expect("the sampler");
        assert!(rounds > 10, "it looked {rounds} times only");
        found.into_iter().collect()
    }
}

fn sample(scanner: &Scanner, namespace: &Path, files: bool, found: &mut BTreeSet<String>) {
    let machine = fs::metadata(namespace).ok().map(|m| m.st_ino());
    let mut roots = vec![PathBuf::from("/")];
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        for part in ["cmdline", "environ"] {
            let bytes = fs::read(process.join(part)).unwrap_or_default();
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            let hits = scanner.found(&bytes);
            found.extend(
                hits.iter()
                    .map(|hit| format!("{part} of {}: {hit}", name.trim())),
            );
        }
        let net = fs::metadata(process.join("ns/net"))
            .ok()
            .map(|m| m.st_ino());
        if machine.is_some() && net == machine && roots.len() == 1 {
            roots.push(process.join("root"));
        }
    }
    let recent = |path: &Path| {
        let changed = fs::symlink_metadata(path).and_then(|m| m.modified()).ok();
        changed
            .and_then(|c| c.elapsed().ok())
            .is_none_or(|age| age.as_secs() < 60)
    };
    for root in roots.into_iter().filter(|_| files) {
        found.extend(scanner.found_below(&root.join("tmp"), &recent));
    }
}

#[test]
fn the_sampler_sees_what_a_process_is_called_with() {
    let Some(project) = Project::bare("sampler") else {
        return;
    };
    let sampler = Sampler::start(
        &project,
        Scanner::of(&[("planted", "planted in an argument")]),
    );
    let mut command = std::process::Command::new("sleep");
    let child = command.arg("2").arg0("planted in an argument").spawn();
    child.expect("sleep runs").wait().expect("it ends");
    let found = sampler.end();
    let seen = "cmdline of sleep: planted as clear".to_string();
    assert!(found.contains(&seen), "{found:?}");
}
