//! What the process can tell of itself: who runs it, where, in which CI run, with which variables.

use state::LeaseOwner;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// The prefix of variables that set the configuration's.
const VARIABLE: &str = "LANDFALL_VAR_";

/// The path of a file of the user's that outlives a run and no project has; none without a home.
pub(crate) fn state_file(env: impl Fn(&str) -> Option<String>, name: &str) -> Option<PathBuf> {
    let given = |name: &str| env(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = given("XDG_STATE_HOME").or_else(|| Some(given("HOME")?.join(".local/state")))?;
    Some(state.join("landfall").join(name))
}

/// Who asks for a lease, for those who wait for it.
pub(crate) fn owner(command: &str, env: impl Fn(&str) -> Option<String>) -> LeaseOwner {
    LeaseOwner {
        user: user(&env),
        host: host_name()
            .or_else(|| env("HOSTNAME"))
            .unwrap_or_else(|| "unknown".into()),
        process: std::process::id(),
        place: place().and_then(|at| Some(format!("{at} {}", started(std::process::id())?))),
        run: ci_run(&env),
        command: command.into(),
    }
}

/// The user who runs it.
pub(crate) fn user(env: impl Fn(&str) -> Option<String>) -> String {
    let names = [
        "GITHUB_ACTOR",
        "GITLAB_USER_LOGIN",
        "SUDO_USER",
        "USER",
        "LOGNAME",
    ];
    let named = names.iter().find_map(|n| env(n).filter(|v| !v.is_empty()));
    named.or_else(user_name).unwrap_or_else(|| "unknown".into())
}

/// Whether it is certain that the process of an owner runs no more: it ran where this one runs,
/// and is not there, or another has its number.
pub(crate) fn is_dead(owner: &LeaseOwner) -> bool {
    let place = owner.place.as_deref().and_then(|p| p.rsplit_once(' '));
    let Some((at, then)) = place else {
        return false;
    };
    // Where the first process can't be seen, others may be hidden, too.
    let seen = started(1).is_some() && self::place().as_deref() == Some(at);
    seen && started(owner.process).as_deref() != Some(then)
}

/// The computer since it was started, and the space of its process ids.
fn place() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let ids = std::fs::metadata("/proc/self/ns/pid").ok()?.ino();
    Some(format!("{}/{ids}", boot.trim()))
}

/// When a process was started, in ticks since the computer was (proc_pid_stat(5), field 22).
/// None of one that has ended and was not asked how.
fn started(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, which may hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields = Some(fields).filter(|f| !f.starts_with('Z'))?;
    fields.split(' ').nth(19).map(str::to_string)
}

/// The values that the environment sets for the configuration's variables, by their names.
pub(crate) fn variables(
    all: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for (name, value) in all {
        let Some(name) = name.to_str().and_then(|n| n.strip_prefix(VARIABLE)) else {
            continue;
        };
        let value = value
            .into_string()
            .map_err(|_| format!("the value of {VARIABLE}{name} is not UTF-8"))?;
        found.push((name.to_string(), value));
    }
    // The environment has no order of its own; what depends on it must not either.
    found.sort();
    Ok(found)
}

/// The name of the process's user, where the environment tells none (cron, a container).
fn user_name() -> Option<String> {
    let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut lines = users.lines().map(|line| line.split(':'));
    let name = lines.find_map(|mut fields| {
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_string())
    });
    name.or(Some(format!("user {uid}")))
}

fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_string())
}

fn ci_run(env: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let github = || {
        let (server, repository) = (env("GITHUB_SERVER_URL")?, env("GITHUB_REPOSITORY")?);
        Some(format!(
            "{server}/{repository}/actions/runs/{}",
            env("GITHUB_RUN_ID")?
        ))
    };
    github()
        .or_else(|| env("CI_JOB_URL"))
        .or_else(|| env("BUILD_URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ci_run_is_linked() {
        let env = |name: &str| {
            let value = match name {
                "GITHUB_SERVER_URL" => "https://github.com",
                "GITHUB_REPOSITORY" => "a/b",
                "GITHUB_RUN_ID" => "7",
                "GITHUB_ACTOR" => "ana",
                _ => return None,
            };
            Some(value.to_string())
        };
        let owner = owner("apply", env);
        assert_eq!(
            owner.run.as_deref(),
            Some("https://github.com/a/b/actions/runs/7")
        );
        assert_eq!(owner.user, "ana");
        assert_eq!(owner.process, std::process::id());
    }

    #[test]
    fn who_is_dead_is_known() {
        let me = owner("apply", |_| None);
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let ended = LeaseOwner {
            process: child.id(),
            place: place().map(|at| format!("{at} {}", started(child.id()).unwrap())),
            ..me.clone()
        };
        assert!(!is_dead(&ended));
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !is_dead(&ended) && std::time::Instant::now() < deadline {}
        let unasked = is_dead(&ended);
        child.wait().unwrap();
        let reused = LeaseOwner {
            place: place().map(|at| format!("{at} 1")),
            ..me.clone()
        };
        let elsewhere = LeaseOwner {
            place: Some("another-boot/1 1".into()),
            ..ended.clone()
        };
        let unknown = LeaseOwner {
            place: None,
            ..ended.clone()
        };
        assert!(unasked);
        let all = [&me, &ended, &reused, &elsewhere, &unknown].map(is_dead);
        assert_eq!(all, [false, true, true, false, false]);
    }

    #[test]
    fn variables_are_sorted_and_lose_their_prefix() {
        let all = [
            ("LANDFALL_VAR_b", "2"),
            ("PATH", "/"),
            ("LANDFALL_VAR_a", "1"),
        ];
        let all = all.into_iter().map(|(n, v)| (n.into(), v.into()));
        let expected = [("a", "1"), ("b", "2")].map(|(n, v)| (n.to_string(), v.to_string()));
        assert_eq!(variables(all).unwrap(), expected);
    }
}
