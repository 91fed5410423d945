//! `landfall init`

use super::options::EnvironmentArg;
use crate::app::{App, Run, env};
use crate::exit::Exit;
use crate::paths::OWN;
use crate::project::{Project, options};
use crate::view::page::{Label, Page};
use clap::Args;
use diagnostics::Problem;
use serde_json::json;
use state::State;
use std::path::{Path, PathBuf};
use store::generate_identity;
use store::{Access, Genesis, Journal, JournalError, KeyError, KeySources, NewRecipient, Way};

/// Make the state of an environment, with the keys that seal it
///
/// Makes the state where the project's `store` says (an embedded one in `.landfall/` if it says
/// nothing), a key for you in your configuration directory if you have none, and the two keys
/// that seal the state: one opens attributes, the other opens the secrets in them. Where the
/// state is there already, it checks that your key opens it and that the store keeps its word;
/// if no key of yours does, it tells what somebody who has one has to do to let you in.
///
/// It never overwrites a state or a key. If all recipients of the keys are lost, so is what they
/// seal: give a second one with --recipient, such as a colleague's or a key in a safe.
///
/// Example:
///   landfall init production --recipient age1qy…
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    /// A further recipient of both keys: an age public key
    #[arg(long = "recipient", value_name = "AGE-KEY")]
    pub(crate) recipients: Vec<String>,
}

/// Makes the state, or looks whether the one that is there can be opened.
pub(crate) async fn run(app: &App, args: &InitArgs) -> Run {
    let project = Project::look(app, &args.environment)?;
    let store = project.make_store(app).await?;
    keep_out_of_git(&project.paths.root.join(OWN));
    let loaded = store.load().await;
    let loaded = loaded.map_err(|e| app.fail(crate::stores::store_problem(&e)))?;
    if loaded.snapshot.is_some() || !loaded.batches.is_empty() {
        let (journal, state) = match project.try_journal(app).await? {
            Ok(opened) => opened,
            Err(JournalError::Key(KeyError::NoKey { .. })) => return newcomer(app, &project),
            Err(error) => return Err(app.refused(&error)),
        };
        journal.close().await;
        told(app, &store.describe(), &state, &Made::Nothing);
        return Ok(Exit::Ok);
    }
    let (own, key_file) = own_key(app)?;
    let mut recipients = vec![recipient("owner", own)];
    recipients.extend(
        args.recipients
            .iter()
            .enumerate()
            .map(|(i, key)| recipient(&format!("recipient-{}", i + 1), key.clone())),
    );
    let genesis = Genesis {
        project: project.loaded.config.project.name.to_string(),
        environment: project.environment().to_string(),
    };
    let made = Journal::create(store.clone(), genesis, &recipients, &options(app)).await;
    let (journal, state) = made.map_err(|e| app.refused(&e))?;
    journal.close().await;
    let several = recipients.len() > 1;
    told(
        app,
        &store.describe(),
        &state,
        &Made::State { key_file, several },
    );
    Ok(Exit::Ok)
}

/// Somebody whose keys don't open the state yet: has a key from now on, and knows whom to ask.
fn newcomer(app: &App, project: &Project) -> Run {
    let (key, file) = own_key(app)?;
    let name = crate::surroundings::user(env);
    let environment = match project.environment() {
        "default" => String::new(),
        environment => format!(" {environment}"),
    };
    let made = file.map(|f| format!("it was made at {}", f.display()));
    let problem = Problem::error("LF0507", "the state is there, and no key of yours opens it")
        .detail(format!("your public key is {key}"))
        .help(format!(
            "send it to one of those who can open it, for `landfall state keys add \
             KEY{environment} --name {name}`; then run `landfall init` again"
        ));
    Err(app.fail(made.into_iter().fold(problem, Problem::detail)))
}

/// A state in a repository would be an old one in every other clone. Where this can't be
/// written, the state can be used nevertheless.
fn keep_out_of_git(own: &Path) {
    let ignored = own.join(".gitignore");
    if own.is_dir() && !ignored.exists() {
        let _ = std::fs::write(ignored, "*\n");
    }
}

/// What was made.
enum Made {
    /// Everything was there.
    Nothing,
    /// The state.
    State {
        /// The file of the key, where that was made too.
        key_file: Option<PathBuf>,
        /// Whether more than one key opens it.
        several: bool,
    },
}

/// The public key of the first private key at hand, or of a new one and its file.
fn own_key(app: &App) -> Run<(String, Option<PathBuf>)> {
    let refused = |e: store::KeyError| app.refused(&JournalError::Key(e));
    let sources = KeySources::gather(env).map_err(refused)?;
    if let Some(key) = sources.public_keys().map_err(refused)?.into_iter().next() {
        return Ok((key, None));
    }
    let directory = KeySources::directory(env).ok_or_else(|| {
        app.fail(
            Problem::error("LF0524", "there is no place for a new key: HOME is not set")
                .help("set HOME, or give a key in LANDFALL_KEY"),
        )
    })?;
    let path = directory.join("default.txt");
    let made = generate_identity(&path).map_err(|e| {
        app.fail(Problem::error(
            "LF0524",
            format!("no key can be made at {}: {e}", path.display()),
        ))
    })?;
    Ok((made, Some(path)))
}

fn recipient(name: &str, key: String) -> NewRecipient {
    NewRecipient {
        name: name.into(),
        way: Way::PublicKey(key),
        access: Access::Both,
    }
}

fn told(app: &App, store: &str, state: &State, made: &Made) {
    let lineage = state.lineage.map(|l| l.to_string());
    if app.out.is_json() {
        return app.out.json(&json!({
            "type": "initialised", "made": matches!(made, Made::State { .. }), "store": store,
            "lineage": lineage, "project": &*state.project, "environment": &*state.environment,
        }));
    }
    let mut page = Page::new();
    let name = format!("{}/{}", state.project, state.environment);
    let what = match made {
        Made::State { .. } => "The state is made",
        Made::Nothing => "The state is there, and your key opens it",
    };
    page.line(0)
        .add(Label::Good, what)
        .text(format!(": {name}, in {store}."));
    if let Made::State { key_file, several } = made {
        if let Some(path) = key_file {
            let path = path.display();
            page.line(0).text(format!("Your key is made, too: {path}."));
        }
        if !several {
            alone(&mut page);
        }
    }
    app.out.page(&page);
}

fn alone(page: &mut Page) {
    page.line(0)
        .add(Label::Warning, "One key alone opens it.")
        .text(" If it is lost, so are the secrets in the state, and what was made.");
    page.line(0)
        .text("Give a second one: landfall state keys add AGE-KEY --name NAME");
}
