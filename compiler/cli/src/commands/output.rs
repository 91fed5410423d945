//! `landfall output`

use super::options::EnvironmentArg;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::view;
use crate::view::page::Page;
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
    /// Print the value of this output alone, without quotes, a secret in clear
    #[arg(long, value_name = "NAME", conflicts_with = "reveal")]
    pub(crate) raw: Option<String>,
    /// Print sensitive values in clear
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// Prints outputs.
pub(crate) async fn run(app: &App, args: &OutputArgs) -> Run {
    let project = Project::look(app, &args.environment).inspect_err(|_| meant(app, args))?;
    let (journal, state) = project.journal(app).await?;
    journal.close().await;
    match &args.raw {
        Some(name) => raw(app, &state, name)?,
        None if app.out.is_json() => {
            app.out
                .json(&view::output::json(&state.outputs, args.reveal));
        }
        None if state.outputs.is_empty() => {
            let mut page = Page::new();
            page.line(0).text("There are no outputs.");
            app.out.remark(&page);
        }
        None => app
            .out
            .page(&view::output::list(&state.outputs, args.reveal)),
    }
    Ok(Exit::Ok)
}

/// What stands alone is an environment; whoever knows other tools means an output by it.
fn meant(app: &App, args: &OutputArgs) {
    let Some(name) = args
        .environment
        .name
        .as_ref()
        .filter(|_| args.raw.is_none())
    else {
        return;
    };
    let mut page = Page::new();
    page.line(0).text(format!(
        "`{name}` was taken for an environment; an output is named so: landfall output --raw {name}"
    ));
    app.out.remark(&page);
}

/// The value alone, as it is: this is what its owner asked for by name.
fn raw(app: &App, state: &State, name: &str) -> Run<()> {
    let Some(output) = state.outputs.get(name) else {
        let names = || state.outputs.keys().map(|n| &**n);
        let help = match did_you_mean(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if state.outputs.is_empty() => {
                "nothing is recorded: outputs are recorded by an apply".into()
            }
            None => format!(
                "recorded are: {}; a new one is recorded by an apply",
                names().collect::<Vec<_>>().join(", ")
            ),
        };
        let problem = Problem::error("LF0530", format!("there is no output `{name}`"));
        return Err(app.fail(problem.help(help)));
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
