//! `landfall validate`

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::ready;
use crate::recording::Recording;
use crate::view::page::{Label, Page};
use crate::view::value::count;
use clap::Args;
use diagnostics::Problem;
use serde_json::json;

/// Check the configuration without looking at the world
///
/// Reads every file of the configuration and reports every problem at once: syntax, names, types,
/// references in a circle, missing variables; and of what is known before anything is read also
/// wrong values: what a function refuses, conditions that don't hold, what providers can tell.
///
/// The project's own kinds are checked whole, also what no call uses; of these all that is wrong
/// whatever values they get.
///
/// It contacts nobody, needs no state and no key, and changes nothing.
///
/// Example:
///   landfall validate
///   landfall validate production --format json
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
}

/// Checks the configuration.
pub(crate) fn run(app: &App, args: &ValidateArgs) -> Run {
    let project = Project::whole(app, &args.environment, &args.variables)?;
    if app.out.problems(&values(&project), &project.sources) {
        return Err(Exit::Error);
    }
    let config = &project.loaded.config;
    let blocks: usize = config.modules.iter().map(|m| m.resources.len()).sum();
    if app.out.is_json() {
        let environment = project.environment();
        app.out
            .json(&json!({ "type": "valid", "environment": environment, "blocks": blocks }));
    } else {
        let mut page = Page::new();
        let blocks = count(blocks, "resource block", "resource blocks");
        page.line(0)
            .add(Label::Good, "The configuration is valid")
            .text(format!(": {blocks}."));
        app.out.page(&page);
    }
    Ok(Exit::Ok)
}

/// What is wrong with values, in a world in which nothing was made yet.
fn values(project: &Project) -> Vec<Problem> {
    let files = Recording::none(project.files.clone());
    let setup = ready::looking_on(&project.loaded, &project.providers, &files);
    let session = ready::from_nothing(setup);
    let mut problems = session.check(&ready::plain_options());
    session.check_kinds(&ready::plain_options(), &mut problems);
    problems
}
