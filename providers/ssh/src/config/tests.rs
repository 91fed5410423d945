//! The configuration of ssh: how it is read, held against ssh itself.

use super::*;
use proptest::prelude::*;
use std::process::Command;
use tempfile::TempDir;

fn config(files: &[(&str, &str)]) -> (TempDir, SshConfig) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("DIR", &dir.path().display().to_string())).unwrap();
    }
    let config = SshConfig::read(&dir.path().join("config")).unwrap();
    (dir, config)
}

/// What is said of a host, in one line.
fn shown(said: &Said) -> String {
    let jumps = said.proxy_jump.as_ref().map(|jumps| {
        let jumps = jumps.iter().map(|j| {
            let user = j.user.as_ref().map_or(String::new(), |u| format!("{u}@"));
            let port = j.port.map_or(String::new(), |p| format!(":{p}"));
            format!("{user}{}{port}", j.host)
        });
        format!("via [{}]", jumps.collect::<Vec<_>>().join(","))
    });
    let parts = [
        said.host_name.clone(),
        said.port.map(|p| p.to_string()),
        said.user.clone(),
        (!said.identity_files.is_empty()).then(|| said.identity_files.join(",")),
        said.known_hosts.as_ref().map(|k| k.join("|")),
        jumps,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn check(text: &str, host: &str, expected: &str) {
    let (_dir, config) = config(&[("config", text)]);
    let said = config.of(host, None).unwrap();
    assert_eq!(shown(&said), expected, "{host} of:\n{text}");
}

fn check_refused(text: &str, expected: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config");
    std::fs::write(
        &path,
        text.replace("DIR", &dir.path().display().to_string()),
    )
    .unwrap();
    let said = SshConfig::read(&path).and_then(|c| c.of("web", None));
    let problem = said.and_then(|s| s.unreachable("web").map_or(Ok(()), Err));
    let problem = problem.expect_err(text);
    let words = format!("{problem} {:?} {:?}", problem.details, problem.help);
    for part in expected {
        assert!(words.contains(part), "{part:?} is not in {words}");
    }
}

#[test]
fn the_first_that_is_said_counts_and_key_files_add_up() {
    let text = "User first\nHost web\n  User second\n  Port 2222\n  IdentityFile a\n\
                Host *\n  Port 23\n  HostName %h.example.org\n  IdentityFile b\n  IdentityFile a\n";
    check(text, "web", "web.example.org 2222 first a,b");
    check(text, "db", "db.example.org 23 first b,a");
}

#[test]
fn hosts_are_told_by_patterns() {
    let text = "Host web? !web9 \"db\"\n  User deploy\nHost\n  User nobody\nHost *.x\n User x\n";
    for (host, expected) in [
        ("web1", "deploy"),
        ("web9", ""),
        ("db", "deploy"),
        ("a.x", "x"),
        ("other", ""),
    ] {
        check(text, host, expected);
    }
}

#[test]
fn lines_may_be_written_in_many_ways() {
    for line in [
        "port=2022",
        "PORT = 2022",
        "\tPort\t\"2022\"  # sshd",
        "Port 2022\r",
        "# no\n\n Port 2022",
        "StrictHostKeyChecking no\nPort 2022",
    ] {
        check(line, "web", "2022");
    }
    check("UserKnownHostsFile ~/a \"b c\"", "web", "~/a|b c");
}

#[test]
fn jumps_are_taken_apart() {
    for (text, expected) in [
        ("none", "via []"),
        ("bastion", "via [bastion]"),
        ("me@bastion:2222", "via [me@bastion:2222]"),
        ("ssh://me@bastion:2222", "via [me@bastion:2222]"),
        ("a,b@c", "via [a,b@c]"),
        ("[fe80::1]:22", "via [fe80::1:22]"),
        ("fe80::1", "via [fe80::1]"),
    ] {
        check(&format!("ProxyJump {text}"), "web", expected);
    }
    check("ProxyJump a\nProxyCommand nc %h %p", "web", "via [a]");
}

#[test]
fn files_are_included_where_they_stand() {
    let (_dir, config) = config(&[
        (
            "config",
            "Include conf.d/* DIR/extra\nHost web\n Include only-web\nHost *\n Port 3",
        ),
        ("conf.d/10", "Host web\n  Port 1\n"),
        ("conf.d/20", "Host *\n  Port 2\n"),
        ("conf.d/.hidden", "Port 9\n"),
        ("extra", "User extra\n"),
        ("only-web", "HostName w\nHost db\n  HostName never\n"),
    ]);
    assert_eq!(shown(&config.of("web", None).unwrap()), "w 1 extra");
    assert_eq!(shown(&config.of("db", None).unwrap()), "2 extra");
}

#[test]
fn match_is_decided_where_it_can_be() {
    let text = "Match host web* user root\n  Port 1\nMatch originalhost db,!web\n  Port 2\n\
                Match !all\n  Port 3\nMatch final\n  Port 4\nMatch all\n  Port 5\n";
    for (host, expected) in [("web", "1"), ("db", "2"), ("x", "5")] {
        check(text, host, expected);
    }
    // What is not decided matters only where it says something that is heeded.
    check(
        "Match exec true\n  ForwardAgent yes\nHost *\n  Port 1",
        "web",
        "1",
    );
    check(
        "Match originalhost db exec true\n  Port 2\nHost *\n  Port 1",
        "web",
        "1",
    );
}

#[test]
fn what_would_be_misread_is_refused_with_its_place() {
    check_refused(
        "\nMatch exec \"test -e x\"\n  Port 1",
        &["config line 2", "Match exec", "ssh_config"],
    );
    check_refused(
        "Host *\nProxyCommand nc %h %p",
        &["config line 2", "ProxyCommand", "ProxyJump"],
    );
    check_refused("Port many", &["config line 1", "no port", "many"]);
    check_refused("Port", &["line 1", "says nothing"]);
    check_refused("User \"me", &["line 1", "never closed"]);
    check_refused("ProxyJump @:x", &["line 1", "user@"]);
    check_refused("IdentitiesOnly maybe", &["yes"]);
    check_refused("Include DIR/config", &["deep", "includes itself"]);
    check("ProxyCommand none", "web", "");
}

#[test]
fn a_file_that_is_not_there_says_nothing() {
    let config = SshConfig::read(Path::new("/nowhere/config")).unwrap();
    assert_eq!(config.of("web", None).unwrap(), Said::default());
}

#[test]
fn paths_are_completed() {
    let home = std::env::home_dir().unwrap().display().to_string();
    for (text, expected) in [
        (
            "~/.ssh/%n_%h_%p_%r",
            format!("{home}/.ssh/web_10.0.0.1_22_me"),
        ),
        ("%d/x%%", format!("{home}/x%")),
        ("/a%", "/a%".into()),
    ] {
        let path = path(text, "web", "10.0.0.1", 22, "me");
        assert_eq!(path.display().to_string(), expected);
    }
}

/// What the system's own ssh makes of a configuration.
fn as_ssh_reads_it(path: &Path, host: &str) -> Option<String> {
    let output = Command::new("ssh")
        .args(["-G", "-F"])
        .arg(path)
        .args(["--", host])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).to_string();
    let get = |name: &str| {
        let line = text
            .lines()
            .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_default().to_string()
    };
    output
        .status
        .success()
        .then(|| format!("{} {} {}", get("hostname"), get("port"), get("user")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn reads_as_ssh_does(
        lines in prop::collection::vec(
            ("(Host|Port|User|HostName|Match originalhost)", "( |=| = |\t)", "(web|web\\*|w?b|\\*|!web|a b|\"a\"|n22|web db)"),
            0..8,
        )
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        let lines = lines.iter().map(|(keyword, between, word)| match &**keyword {
            "Match originalhost" => format!("{keyword} {}\n", word.replace(' ', ",")),
            "Port" => "Port 22\n".into(),
            // Further words are an error to ssh where one is asked for.
            "User" | "HostName" => format!("{keyword}{between}{}\n", word.split(' ').next().unwrap_or("a")),
            _ => format!("{keyword}{between}{word}\n"),
        });
        let text: String = lines.collect();
        std::fs::write(&path, format!("{text}Host *\n User root\n Port 22\n")).unwrap();
        if let Some(expected) = as_ssh_reads_it(&path, "web") {
            let said = SshConfig::read(&path).and_then(|c| c.of("web", None)).unwrap();
            let name = said.host_name.unwrap_or("web".into());
            let ours = format!("{name} {} {}", said.port.unwrap_or(22), said.user.unwrap_or_default());
            // ssh writes names in lower case.
            prop_assert_eq!(ours.to_lowercase(), expected.to_lowercase(), "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_read(text in "(?s).{0,200}", host in ".{0,20}") {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        std::fs::write(&path, text.replace("nclude", "nclud")).unwrap();
        let _ = SshConfig::read(&path).and_then(|c| c.of(&host, None));
    }
}
