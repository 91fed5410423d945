//! `landfall console`

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run, env};
use crate::console::{Console, lines, terminal};
use crate::exit::Exit;
use crate::project::Project;
use crate::recording::Recording;
use crate::{ready, surroundings};
use clap::Args;
use config::{MemoryFiles, Names};
use driver::{Session, Setup};
use std::io::IsTerminal;
use store::JournalError;

/// Try expressions out
///
/// Evaluates expressions as they would mean in the root module: variables, locals, functions,
/// resources, modules and kinds as they are recorded; and outputs, as `output.NAME`. What is not
/// known before an apply is `(known after apply)`, what is sensitive is not shown. `type(x)` gives
/// a type.
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
    let setup = ready::looking_on(&project.loaded, &project.providers, &files);
    let session = session(app, &project, setup).await?;
    let exit = answer(app, &project, &session);
    // Nothing was written, so nothing hangs on how it ends.
    let _ = session.close().await;
    exit
}

/// On the state where there is one; else on none.
async fn session<'a>(app: &App, project: &'a Project, setup: Setup<'a>) -> Run<Session<'a>> {
    if project.is_new() {
        return Ok(ready::from_nothing(setup));
    }
    match project.try_journal(app).await? {
        Ok((journal, _)) => {
            let session = Session::open(setup, journal).await;
            session.map_err(|e| app.refused(&e))
        }
        Err(JournalError::Missing { .. }) => Ok(ready::from_nothing(setup)),
        Err(error) => Err(app.refused(&error)),
    }
}

fn answer(app: &App, project: &Project, session: &Session<'_>) -> Run {
    let options = ready::plain_options();
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
