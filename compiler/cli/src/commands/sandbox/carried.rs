//! `landfall sandbox`, where the provider is built in.

use super::SandboxCommand;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::view::page::{Label, Page};
use crate::view::report::provider_problem;
use provider_sandbox::{Check, Health, MachineSummary, Which};
use serde_json::{Value as Json, json};

/// Looks after machines.
pub(super) async fn run(app: &App, command: &SandboxCommand) -> Run {
    match command {
        SandboxCommand::List => list(app),
        SandboxCommand::Down { names, all, images } => down(app, names, *all, *images).await,
        SandboxCommand::Doctor => doctor(app).await,
    }
}

fn list(app: &App) -> Run {
    let machines =
        provider_sandbox::list().map_err(|p| app.fail(provider_problem("LF0526", &p)))?;
    if app.out.is_json() {
        app.out.json(&json!({ "type": "machines", "machines": machines.iter().map(machine).collect::<Json>() }));
        return Ok(Exit::Ok);
    }
    let mut page = Page::new();
    if machines.is_empty() {
        page.line(0).text("There are no machines.");
    }
    for m in &machines {
        let label = if m.state == "running" {
            Label::Good
        } else {
            Label::Warning
        };
        let line = page.line(0);
        line.add(Label::Address, &m.name)
            .text(" ")
            .add(label, m.state);
        line.text(format!(" {} {}", m.address, m.image));
        for (here, there) in &m.ports {
            line.text(format!(" 127.0.0.1:{here}->{there}"));
        }
        if !m.made_as.is_empty() {
            page.line(2)
                .add(Label::Muted, format!("made as {}", m.made_as));
        }
    }
    app.out.page(&page);
    Ok(Exit::Ok)
}

async fn down(app: &App, names: &[String], all: bool, images: bool) -> Run {
    let which = if all {
        Which::All
    } else {
        Which::Named(names.to_vec())
    };
    let removed = provider_sandbox::down(which, images).await;
    let removed = removed.map_err(|p| app.fail(provider_problem("LF0526", &p)))?;
    if app.out.is_json() {
        app.out
            .json(&json!({ "type": "removed", "names": removed }));
    } else {
        let mut page = Page::new();
        match removed.is_empty() {
            true => page.line(0).text("There was nothing to remove."),
            false => page
                .line(0)
                .text(format!("Removed: {}.", removed.join(", "))),
        };
        app.out.page(&page);
    }
    Ok(Exit::Ok)
}

async fn doctor(app: &App) -> Run {
    let checks = provider_sandbox::doctor().await;
    match app.out.is_json() {
        true => app.out.json(
            &json!({ "type": "checks", "checks": checks.iter().map(check).collect::<Json>() }),
        ),
        false => app.out.page(&findings(&checks)),
    }
    match checks.iter().any(|c| c.health == Health::Bad) {
        true => Err(Exit::Error),
        false => Ok(Exit::Ok),
    }
}

fn findings(checks: &[Check]) -> Page {
    let mut page = Page::new();
    for c in checks {
        let (sign, label) = match c.health {
            Health::Good => ("ok  ", Label::Good),
            Health::Notice => ("note", Label::Warning),
            Health::Bad => ("bad ", Label::Danger),
        };
        page.line(0)
            .hang(6)
            .add(label, sign)
            .text(format!("  {}: {}", c.name, c.seen));
        if let Some(help) = &c.help {
            page.line(6).text(help);
        }
    }
    page
}

fn machine(m: &MachineSummary) -> Json {
    json!({
        "name": m.name, "state": m.state, "address": m.address, "image": m.image,
        "ports": m.ports.iter().map(|(here, there)| json!({ "host": here, "machine": there })).collect::<Json>(),
        "memory_mib": m.memory_mib, "made_as": m.made_as, "lineage": m.lineage,
    })
}

fn check(c: &Check) -> Json {
    let health = match c.health {
        Health::Good => "good",
        Health::Notice => "notice",
        Health::Bad => "bad",
    };
    json!({ "name": c.name, "health": health, "seen": c.seen, "help": c.help })
}
