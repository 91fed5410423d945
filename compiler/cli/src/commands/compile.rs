//! `landfall compile`

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::recording::Recording;
use crate::view::compiled;
use crate::{providers, ready};
use clap::Args;
use driver::{Options, Refresh};
use serde_json::{Value as Json, json};
use state::State;

/// Print the resources that modules and kinds came to
///
/// Prints every resource as HCL, with what is known of its arguments before anything exists, and
/// with where it comes from: the calls that led to it, and what serves them. Where a value is
/// known only later, the expression stands as it was written.
///
/// It contacts nobody and needs no state: data sources are answered by simulated twins.
///
/// Example:
///   landfall compile
///   landfall compile production > compiled.hcl
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CompileArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
}

/// Prints what the configuration came to.
pub(crate) async fn run(app: &App, args: &CompileArgs) -> Run {
    let project = Project::load(app, &args.environment, &args.variables)?;
    let files = Recording::none(project.files.clone());
    let twins = providers::twins(&State::default());
    let session = ready::from_nothing(ready::looking_on(&project.loaded, &twins, &files));
    let options = Options {
        refresh: Refresh::None,
        ..ready::plain_options()
    };
    let planned = session.plan(&options).await;
    if app.out.problems(&planned.problems, &project.sources) {
        return Err(Exit::Error);
    }
    let compiled = compiled::blocks(&planned.plan, &project.loaded.config, &project.sources);
    match app.out.is_json() {
        true => {
            let blocks: Json = compiled.iter().map(compiled::Block::document).collect();
            app.out
                .json(&json!({ "type": "compiled", "resources": blocks }));
        }
        false => {
            let blocks: Vec<String> = compiled.iter().map(ToString::to_string).collect();
            app.out.raw(&blocks.join("\n"));
        }
    }
    Ok(Exit::Ok)
}
