//! `landfall state`: what its commands do.

use super::{StateArgs, StateCommand, calls, history, keys, settle, split_names};
use crate::app::{App, Run};
use crate::commands::options::EnvironmentArg;
use crate::exit::Exit;
use crate::project::{Project, lease_request};
use crate::view;
use crate::view::page::{Label, Page};
use diagnostics::{Problem, did_you_mean};
use model::Address;
use serde_json::Value as Json;
use state::{Event, Object, State};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Journal;

/// Looks at the state, or mends it.
pub(crate) async fn run(app: &App, args: &StateArgs) -> Run {
    match &args.command {
        StateCommand::List { environment } => {
            let state = look(app, environment).await?;
            match app.out.is_json() {
                true => app.out.json(&view::state::json(&state, false)),
                false => app.out.page(&view::state::list(&state)),
            }
        }
        StateCommand::Show {
            address,
            environment,
            reveal,
        } => {
            let state = look(app, environment).await?;
            let object = find(app, &state, address)?;
            match app.out.is_json() {
                true => app.out.json(&view::state::object_json(object, *reveal)),
                false => app.out.page(&view::state::object(object, *reveal)),
            }
        }
        StateCommand::Pull {
            environment,
            reveal,
        } => {
            let state = look(app, environment).await?;
            app.out.json(&store::export(&state, *reveal));
        }
        StateCommand::Push {
            file,
            environment,
            force,
        } => {
            let events = |state: &State| pushed(app, file, state, *force);
            mend(app, environment, "state push", events).await?;
        }
        StateCommand::History { environment, last } => {
            history::run(app, environment, *last).await?;
        }
        StateCommand::Rm { names } => {
            let split = split_names(names);
            let (addresses, name) = split.map_err(|why| app.fail(Problem::error("LF0520", why)))?;
            let events = |state: &State| {
                let mut events = Vec::new();
                for address in &addresses {
                    let inside = calls::inside(state, address).map(|(_, objects)| objects);
                    let objects = match inside {
                        Some(objects) => objects,
                        None => vec![find(app, state, address)?],
                    };
                    events.extend(objects.iter().map(|o| Event::Forgotten(o.id)));
                }
                Ok(events)
            };
            mend(app, &EnvironmentArg { name }, "state rm", events).await?;
        }
        StateCommand::Mv {
            from,
            to,
            environment,
        } => {
            let events = |state: &State| {
                if let Some((call, objects)) = calls::inside(state, from) {
                    let moves = calls::moves(state, &call, objects, to);
                    return moves.map_err(|problem| app.fail(problem));
                }
                let to = parse(app, to)?;
                let object = find(app, state, from)?;
                fits(app, state, object, &to)?;
                Ok(vec![Event::Moved {
                    object: object.id,
                    to,
                }])
            };
            mend(app, environment, "state mv", events).await?;
        }
        StateCommand::Settle {
            address,
            environment,
            said,
            auto_approve,
        } => {
            let saying = settle::Saying {
                address,
                environment,
                said: *said,
                auto_approve: *auto_approve,
            };
            settle::run(app, &saying).await?;
        }
        StateCommand::Keys(args) => keys::run(app, &args.command).await?,
    }
    Ok(Exit::Ok)
}

async fn look(app: &App, environment: &EnvironmentArg) -> Run<Arc<State>> {
    let project = Project::look(app, environment)?;
    let (journal, state) = project.journal(app).await?;
    journal.close().await;
    Ok(state)
}

/// Records events under the lease.
async fn mend(
    app: &App,
    environment: &EnvironmentArg,
    command: &str,
    events: impl FnOnce(&State) -> Run<Vec<Event>>,
) -> Run<()> {
    let (journal, state) = leased(app, environment, command).await?;
    let recorded = match events(&state) {
        Ok(events) if events.is_empty() => Ok(0),
        Ok(events) => {
            let count = events.len();
            journal
                .append(events)
                .await
                .map(|_| count)
                .map_err(|e| app.refused(&e))
        }
        Err(exit) => Err(exit),
    };
    let ended = journal.end_lease().await;
    journal.close().await;
    let recorded = recorded?;
    ended.map_err(|e| app.refused(&e))?;
    said(app, recorded);
    Ok(())
}

/// The state with the lease taken.
pub(super) async fn leased(
    app: &App,
    environment: &EnvironmentArg,
    command: &str,
) -> Run<(Journal, Arc<State>)> {
    let project = Project::look(app, environment)?;
    let (journal, _) = project.journal(app).await?;
    let taken = journal
        .take_lease(lease_request(command, Duration::ZERO))
        .await;
    taken.map_err(|e| app.refused(&e))?;
    let state = journal.state().await.map_err(|e| app.refused(&e))?;
    Ok((journal, state))
}

fn said(app: &App, recorded: usize) {
    if app.out.is_json() {
        return app
            .out
            .json(&serde_json::json!({ "type": "recorded", "events": recorded }));
    }
    let mut page = Page::new();
    match recorded {
        0 => page.line(0).text("Nothing had to be recorded."),
        n => page
            .line(0)
            .add(Label::Good, "Recorded")
            .text(format!(": {}.", view::value::count(n, "change", "changes"))),
    };
    app.out.page(&page);
}

fn pushed(app: &App, file: &Path, state: &State, force: bool) -> Run<Vec<Event>> {
    let refuse = |why: String| {
        app.fail(Problem::error(
            "LF0533",
            format!("{} can't be pushed: {why}", file.display()),
        ))
    };
    let text = std::fs::read_to_string(file).map_err(|e| refuse(e.to_string()))?;
    let json: Json = serde_json::from_str(&text).map_err(|e| refuse(e.to_string()))?;
    store::import(state, &json, force).map_err(|e| refuse(e.to_string()))
}

pub(super) fn parse(app: &App, text: &str) -> Run<Address> {
    text.parse()
        .map_err(|e: model::AddressError| app.fail(Problem::error("LF0520", e.0)))
}

/// Refuses an address that an object can't have.
fn fits(app: &App, state: &State, object: &Object, to: &Address) -> Run<()> {
    let from = &object.address;
    let refuse = |why: String, help: String| {
        let message = format!("{from} can't become {to}: {why}");
        Err(app.fail(Problem::error("LF0535", message).help(help)))
    };
    if (from.ty(), from.resource.mode) != (to.ty(), to.resource.mode) {
        return refuse(
            format!("it is a {}, and stays one", from.ty()),
            format!("give an address of the type {}", from.ty()),
        );
    }
    match state.at(to) {
        Some(other) if other.id != object.id => refuse(
            "there is an object already".into(),
            format!("move that one first: landfall state mv '{to}' …"),
        ),
        _ => Ok(()),
    }
}

/// The object of an address, or what is there instead.
fn find<'s>(app: &App, state: &'s State, text: &str) -> Run<&'s Object> {
    let address = parse(app, text)?;
    let deposed = || state.deposed_at(&address).next();
    if let Some(object) = state.at(&address).or_else(deposed) {
        return Ok(object);
    }
    let names: Vec<_> = state.current.keys().map(ToString::to_string).collect();
    let near = did_you_mean(text, names.iter().map(String::as_str));
    let problem = Problem::error("LF0534", format!("nothing is recorded at {address}"));
    if let Some((_, objects)) = calls::inside(state, text) {
        let first = objects.first().map(|o| o.address.to_string());
        let first = first.unwrap_or_default();
        let help = format!("it is a call, and this takes one object in it, such as {first}");
        return Err(app.fail(problem.help(help)));
    }
    let problem = problem.help("`landfall state list` shows what is");
    Err(app.fail(problem.maybe_help(near.map(|n| format!("did you mean {n}?")))))
}
