//! What is certain to fail on a host, before anything is changed there: a round trip a host.

use super::{SshConnection, resource};
use crate::resources::attributes;
use crate::runner::preflight::{Lacks, Needs};
use crate::values::{secrets, text};
use model::{AttrPath, Token};
use provider::{Action, Foreseen, Host, Operation, ProviderProblem};

pub(crate) async fn preflight(on: &SshConnection, changes: &[Operation]) -> Vec<Foreseen> {
    // A host that is not known yet is made by the same run: its changes tell for themselves.
    let grouped = on.by_host(changes.iter().map(|o| attributes(&o.action)));
    let looks = grouped.hosts.values().map(|(host, indices)| {
        let changes: Vec<_> = indices.iter().map(|i| &changes[*i]).collect();
        of_host(on, host, changes)
    });
    let foreseen = futures::future::join_all(looks).await;
    foreseen.into_iter().flatten().collect()
}

async fn of_host(on: &SshConnection, host: &Host, changes: Vec<&Operation>) -> Vec<Foreseen> {
    let mut needs = Needs::default();
    for change in &changes {
        if let (Ok(resource), Some(planned)) = (resource(&change.ty), planned(change)) {
            resource.needs(planned, &mut needs);
        }
    }
    if may_make_room(&changes) {
        needs.room.clear();
    }
    if may_bring_packages(&changes) {
        needs.packages.clear();
    }
    let (session, records) = (on.session(host).await, on.sessions.records());
    match needs.look(&*session.transport, records).await {
        Ok(lacks) => told(&lacks, &changes, records),
        Err(trouble) => {
            let tokens = changes.iter().map(|c| c.token).collect();
            vec![Foreseen::of(tokens, trouble.problem())]
        }
    }
}

fn planned(change: &Operation) -> Option<&model::Value> {
    match &change.action {
        Action::Create { planned } | Action::Update { planned, .. } => Some(planned),
        Action::Delete { .. } => None,
    }
}

/// Whether something in between may free space, or bring another file system in.
fn may_make_room(changes: &[&Operation]) -> bool {
    let is_mount = |c: &Operation| {
        let name = text(attributes(&c.action), "name").unwrap_or_default();
        c.ty == "ssh_systemd_unit" && !name.ends_with(".service") && !name.ends_with(".socket")
    };
    let deletes = |c: &Operation| matches!(c.action, Action::Delete { .. });
    changes
        .iter()
        .any(|c| c.ty == "ssh_command" || deletes(c) || is_mount(c))
}

/// Whether something in between may make apt know more packages than it knows now.
fn may_bring_packages(changes: &[&Operation]) -> bool {
    let about_apt = |c: &Operation| {
        let word = |name| text(attributes(&c.action), name).unwrap_or_default();
        let hints = ["-release", "-repo", "-apt", "-keyring", "extrepo"];
        match c.ty.as_str() {
            "ssh_command" => true,
            "ssh_file" | "ssh_directory" => word("path").starts_with("/etc/apt"),
            "ssh_package" => hints.iter().any(|h| word("name").contains(h)),
            _ => false,
        }
    };
    changes.iter().any(|c| about_apt(c))
}

fn told(lacks: &Lacks, changes: &[&Operation], records: &str) -> Vec<Foreseen> {
    let mut foreseen = Vec::new();
    for (directory, said) in &lacks.full {
        let touches = |c: &&&Operation| directory == records || writes_in(c, directory);
        let what = match directory == records {
            true => format!("there is no room for the host's records in {records}"),
            false => format!("there is no room in {directory}/ for what is written there"),
        };
        let problem = ProviderProblem::error(what);
        let problem = said.lines().fold(problem, |p, line| p.detail(line));
        let problem = problem.help(match directory == records {
            true => "make room on the host's disk, and apply again",
            false => "make room on that file system, or choose another path, and apply again",
        });
        foreseen.push(of(changes.iter().filter(touches), problem));
    }
    if let Some(init) = &lacks.init {
        let problem = ProviderProblem::error("the host is not run by systemd")
            .detail(format!("its first process is {init}"))
            .help("units need a host that was started by systemd");
        foreseen.push(of(of_type(changes, "ssh_systemd_unit"), problem));
    }
    if lacks.no_apt {
        let problem = ProviderProblem::error("the host has no apt-get")
            .help("`ssh_package` needs Debian, or what is made of it");
        foreseen.push(of(of_type(changes, "ssh_package"), problem));
    }
    let said = lacks.apt.as_deref().unwrap_or_default();
    foreseen.extend(of_type(changes, "ssh_package").filter_map(|c| unknown_package(c, said)));
    foreseen
}

fn of<'a>(changes: impl Iterator<Item = &'a &'a Operation>, problem: ProviderProblem) -> Foreseen {
    let tokens: Vec<Token> = changes.map(|c| c.token).collect();
    Foreseen::of(tokens, problem)
}

fn of_type<'a>(
    changes: &'a [&'a Operation],
    ty: &'static str,
) -> impl Iterator<Item = &'a &'a Operation> {
    let changed = |c: &&&Operation| planned(c).is_some();
    changes.iter().filter(changed).filter(move |c| c.ty == ty)
}

fn writes_in(change: &Operation, directory: &str) -> bool {
    let (Ok(resource), Some(planned)) = (resource(&change.ty), planned(change)) else {
        return false;
    };
    let mut needs = Needs::default();
    resource.needs(planned, &mut needs);
    needs.room.contains_key(directory)
}

/// What apt does not find, told of the package that it is.
fn unknown_package(change: &Operation, said: &str) -> Option<Foreseen> {
    let attributes = attributes(&change.action);
    let name = text(attributes, "name")?;
    let missing = [
        format!("Unable to locate package {name}"),
        format!("Package '{name}' has no installation candidate"),
    ];
    let version = format!("for '{name}' was not found");
    let (code, line) = said.lines().find_map(|line| {
        let bare = line.trim_start_matches("E: ");
        match bare {
            _ if missing.iter().any(|m| m == bare) => Some(("no_package", line)),
            _ if bare.starts_with("Version ") && bare.ends_with(&version) => {
                Some(("no_version", line))
            }
            _ => None,
        }
    })?;
    let problem = resource(&change.ty).ok()?.explain(code, attributes)?;
    let line = crate::values::redact(line, &secrets(attributes));
    let problem = problem.detail(line).at(AttrPath::name("name"));
    let help = problem.help.clone().unwrap_or_default();
    let problem = problem.help(format!(
        "{help}; what brings its apt source is to be applied first (`--target`), and lists that \
         are older than the package are fetched by `apt-get update` there"
    ));
    Some(Foreseen::of(vec![change.token], problem))
}
