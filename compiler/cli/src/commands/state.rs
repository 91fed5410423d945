//! `landfall state`: its commands' arguments.

mod history;
mod keys;
mod push;

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::{Project, lease_request};
use crate::view;
use crate::view::page::{Label, Page};
use clap::{Args, Subcommand, ValueEnum};
use diagnostics::{Problem, did_you_mean};
use model::Address;
use state::{Event, Object, State};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Journal;

/// Look at the state, and mend it by hand
#[derive(Clone, Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// List the addresses of all objects
    ///
    /// One a line; what is tainted or deposed says so. It changes nothing.
    ///
    /// Example:
    ///   landfall state list production
    #[command(verbatim_doc_comment)]
    List {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Show all that is recorded of one object
    ///
    /// Sensitive values are hidden unless --reveal is given and your keys open them.
    ///
    /// Example:
    ///   landfall state show 'ssh_file.motd["web-1"]'
    #[command(verbatim_doc_comment)]
    Show {
        /// The object
        address: String,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Show sensitive values in clear
        #[arg(long)]
        reveal: bool,
    },
    /// Print the whole state as JSON
    ///
    /// Sensitive values stay sealed unless --reveal is given. What `pull` prints, `push` takes.
    ///
    /// Example:
    ///   landfall state pull production > state.json
    #[command(verbatim_doc_comment)]
    Pull {
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Print sensitive values in clear
        #[arg(long)]
        reveal: bool,
    },
    /// Replace the recorded objects by those of a file that `pull` printed
    ///
    /// The log goes on: the old state stays in the history. Refused where the file is of another
    /// lineage, or of a state older than the present one (unless --force says that this is meant).
    ///
    /// Example:
    ///   landfall state push state.json production
    #[command(verbatim_doc_comment)]
    Push {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Also where the state has moved on since the file was made
        #[arg(long)]
        force: bool,
    },
    /// Show what happened, event by event
    ///
    /// The log of the state, the newest last: who held the lease, what was about to be done and
    /// what came of it. It changes nothing.
    ///
    /// Example:
    ///   landfall state history production --last 20
    #[command(verbatim_doc_comment)]
    History {
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Only that many of the last events
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
    /// Drop objects from the state and leave them where they are
    ///
    /// What was dropped still exists and is nobody's. An argument with a dot is an address, one
    /// without is the environment. Usually a `removed` block is better: it is reviewed.
    ///
    /// Example:
    ///   landfall state rm ssh_file.motd production
    #[command(verbatim_doc_comment)]
    Rm {
        /// The objects, and the environment where there is more than one
        #[arg(value_name = "ADDRESS", required = true)]
        names: Vec<String>,
    },
    /// Give an object another address
    ///
    /// Nothing in the world changes. Usually a `moved` block is better: it is reviewed, and works
    /// in every environment.
    ///
    /// Example:
    ///   landfall state mv ssh_file.a 'ssh_file.b["x"]'
    #[command(verbatim_doc_comment)]
    Mv {
        /// The present address
        from: String,
        /// The address from now on
        to: String,
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Say who can open the state
    Keys(KeysArgs),
}

/// Say who can open the state
#[derive(Clone, Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List who can open what
    ///
    /// Example:
    ///   landfall state keys list production
    #[command(verbatim_doc_comment)]
    List {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Let somebody else open the state
    ///
    /// With `--access state` they can plan, and see no secret; with `all` they can apply.
    ///
    /// Example:
    ///   landfall state keys add age1qy… --name ci --access state
    #[command(verbatim_doc_comment)]
    Add {
        /// Their age public key
        recipient: String,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// A name to know them by
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What they can open
        #[arg(long, value_enum, default_value = "all")]
        access: AccessArg,
    },
    /// Let somebody open it no more
    ///
    /// New keys seal what is recorded from now on. What they could read before, they may have
    /// kept: rotate the secrets themselves, too.
    ///
    /// Example:
    ///   landfall state keys remove ci
    #[command(verbatim_doc_comment)]
    Remove {
        /// Their name or public key
        recipient: String,
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Make new keys for the same recipients
    ///
    /// Example:
    ///   landfall state keys rotate production
    #[command(verbatim_doc_comment)]
    Rotate {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
}

/// What a recipient can open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessArg {
    /// Attributes, without the secrets in them: enough to plan
    State,
    /// Everything: to apply
    #[default]
    All,
}

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
            let document = push::document(&state, *reveal);
            app.out
                .raw(&document.map_err(|why| app.fail(Problem::error("LF0532", why)))?);
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
                let ids = addresses
                    .iter()
                    .map(|a| Ok(Event::Forgotten(find(app, state, a)?.id)));
                ids.collect()
            };
            mend(app, &EnvironmentArg { name }, "state rm", events).await?;
        }
        StateCommand::Mv {
            from,
            to,
            environment,
        } => {
            let events = |state: &State| {
                let to = parse(app, to)?;
                Ok(vec![Event::Moved {
                    object: find(app, state, from)?.id,
                    to,
                }])
            };
            mend(app, environment, "state mv", events).await?;
        }
        StateCommand::Keys(args) => keys::run(app, &args.command).await?,
    }
    Ok(Exit::Ok)
}

async fn look(app: &App, environment: &EnvironmentArg) -> Run<Arc<State>> {
    let project = Project::load(app, environment, &VariableArgs::default())?;
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
async fn leased(
    app: &App,
    environment: &EnvironmentArg,
    command: &str,
) -> Run<(Journal, Arc<State>)> {
    let project = Project::load(app, environment, &VariableArgs::default())?;
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
    let pushed = push::read(&text).map_err(refuse)?;
    push::events(state, &pushed, force).map_err(refuse)
}

fn parse(app: &App, text: &str) -> Run<Address> {
    text.parse()
        .map_err(|e: model::AddressError| app.fail(Problem::error("LF0520", e.0)))
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
    let problem = problem.help("`landfall state list` shows what is");
    Err(app.fail(problem.maybe_help(near.map(|n| format!("did you mean {n}?")))))
}

/// The environment among names of `rm`: the one without a dot.
pub(crate) fn split_names(names: &[String]) -> Result<(Vec<String>, Option<String>), String> {
    let (addresses, others): (Vec<String>, Vec<String>) =
        names.iter().cloned().partition(|n| n.contains('.'));
    match (addresses.is_empty(), others.as_slice()) {
        (true, _) => Err("expected the address of an object, such as ssh_file.motd".into()),
        (_, []) => Ok((addresses, None)),
        (_, [environment]) => Ok((addresses, Some(environment.clone()))),
        (_, [first, second, ..]) => Err(format!(
            "`{first}` and `{second}` can't both be the environment"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: Option<(&[&str], Option<&str>)>) {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let split = split_names(&names).ok();
        let expected = expected.map(|(addresses, environment)| {
            (
                addresses.iter().map(ToString::to_string).collect(),
                environment.map(String::from),
            )
        });
        assert_eq!(split, expected);
    }

    #[test]
    fn an_argument_without_a_dot_is_the_environment() {
        check(&["a.b"], Some((&["a.b"], None)));
        check(
            &["a.b", "prod", "c.d"],
            Some((&["a.b", "c.d"], Some("prod"))),
        );
        check(&["prod"], None);
        check(&["a.b", "prod", "staging"], None);
    }
}
