//! `landfall console`

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run, env};
use crate::console::{Console, lines, terminal};
use crate::exit::Exit;
use crate::project::Project;
use crate::recording::Recording;
use crate::watch::Teller;
use crate::{ready, surroundings};
use clap::Args;
use config::{MemoryFiles, Names};
use driver::{Options, Session, Setup};
use model::FingerprintKey;
use state::State;
use std::io::IsTerminal;
use store::JournalError;
use tokio::sync::watch;

/// Try expressions out
///
/// Evaluates expressions as they would mean in the root module: variables, locals, functions,
/// resources and modules as they are recorded, and `output.NAME`. What is not known before an
/// apply is `(known after apply)`, what is sensitive is not shown. `type(x)` gives a type.
///
/// On a terminal it asks with a prompt, keeps a history, and reads on while a bracket is open;
/// ctrl-d ends it. From standard input it takes one expression a line and answers each with one
/// line, also where it is wrong; then it exits with 1 at the end.
///
/// It reads the state alone, and changes nothing. Without a configuration it evaluates, too.
///
/// Example:
///   landfall console production
///   echo 'cidrsubnet("10.0.0.0/16", 8, 2)' | landfall console
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ConsoleArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
}

/// Answers expressions until there is none left.
pub(crate) async fn run(app: &App, args: &ConsoleArgs) -> Run {
    let project = Project::ask(app, &args.environment, &args.variables)?;
    let files = Recording::none(project.files.clone());
    let teller = Teller(app.out.clone());
    let setup = Setup {
        loaded: &project.loaded,
        providers: &project.providers,
        sources: &files,
        watch: &teller,
        parallelism: 1,
        user: String::new(),
        now: ready::now(),
        cancel: watch::channel(0).1,
    };
    let session = session(app, &project, setup).await?;
    let exit = answer(app, &project, &session);
    // Nothing was written, so nothing hangs on how it ends.
    let _ = session.close().await;
    exit
}

/// On the state where there is one; else on none.
async fn session<'a>(app: &App, project: &'a Project, setup: Setup<'a>) -> Run<Session<'a>> {
    let empty = |setup| Session::rehearse(setup, State::default(), FingerprintKey::new([0; 32]));
    if project.is_new() {
        return Ok(empty(setup));
    }
    match project.try_journal(app).await? {
        Ok((journal, _)) => {
            let session = Session::open(setup, journal).await;
            session.map_err(|e| app.refused(&e))
        }
        Err(JournalError::Missing { .. }) => Ok(empty(setup)),
        Err(error) => Err(app.refused(&error)),
    }
}

fn answer(app: &App, project: &Project, session: &Session<'_>) -> Run {
    let directory = std::env::current_dir().unwrap_or_default();
    let options = Options {
        working_directory: directory.to_string_lossy().into_owned(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Options::default()
    };
    let schemas = project.providers.schemas();
    let blank = MemoryFiles::new();
    let names = match project.is_blank {
        true => Names::gather(&blank, &schemas),
        false => Names::gather(&project.files, &schemas),
    };
    session.scene(&options, |scene| {
        let wrong = app.out.problems(scene.problems(), &project.sources);
        let mut console = Console::new(&names, scene, &project.sources);
        let failed = match std::io::stdin().is_terminal() && !app.out.is_json() {
            true => terminal::run(
                app,
                &mut console,
                surroundings::state_file(env, "console_history"),
            )?,
            false => lines::run(app, &mut console)?,
        };
        Ok(match wrong || failed {
            true => Exit::Error,
            false => Exit::Ok,
        })
    })
}
