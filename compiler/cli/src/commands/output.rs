//! `landfall output`

use super::options::EnvironmentArg;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::view;
use clap::Args;
use diagnostics::{Problem, did_you_mean};
use model::{Type, Value, convert};
use state::State;

/// Print the outputs of the last apply
///
/// Prints every output, sensitive ones hidden. --raw prints the value of one alone, a secret in
/// clear since it was asked for by name: for scripts. --reveal prints all in clear.
///
/// It reads the state alone.
///
/// Example:
///   landfall output production
///   curl "$(landfall output --raw url)"
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct OutputArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    /// Print the value of this output alone, without quotes
    #[arg(long, value_name = "NAME", conflicts_with = "reveal")]
    pub(crate) raw: Option<String>,
    /// Print sensitive values in clear
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// Prints outputs.
pub(crate) async fn run(app: &App, args: &OutputArgs) -> Run {
    let project = Project::look(app, &args.environment)?;
    let (journal, state) = project.journal(app).await?;
    journal.close().await;
    match &args.raw {
        Some(name) => raw(app, &state, name)?,
        None if app.out.is_json() => {
            app.out
                .json(&view::output::json(&state.outputs, args.reveal));
        }
        None => app
            .out
            .page(&view::output::list(&state.outputs, args.reveal)),
    }
    Ok(Exit::Ok)
}

/// The value alone, as it is: this is what its owner asked for by name.
fn raw(app: &App, state: &State, name: &str) -> Run<()> {
    let Some(output) = state.outputs.get(name) else {
        let names = state.outputs.keys().map(|n| &**n);
        let near = did_you_mean(name, names).map(|n| format!("did you mean `{n}`?"));
        let problem = Problem::error("LF0530", format!("there is no output `{name}`"));
        return Err(app.fail(
            problem
                .help("outputs are recorded by an apply: run one first")
                .maybe_help(near),
        ));
    };
    let open = output.value.expose();
    if open.has_sealed() {
        return Err(app.fail(
            Problem::error("LF0531", format!("the output `{name}` is sealed"))
                .help("the key at hand opens the state alone; use one that opens secrets, too"),
        ));
    }
    match convert(&open, &Type::String) {
        Ok(Value::String(text)) => app.out.raw(&text),
        _ => app.out.raw(&view::json::revealed(&open).to_string()),
    }
    Ok(())
}
