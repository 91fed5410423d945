//! `landfall completions`

use crate::app::{App, Run};
use crate::args::Cli;
use crate::exit::Exit;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print completions for a shell
///
/// Prints a script that teaches the shell Landfall's commands and options. It changes nothing.
///
/// Example:
///   landfall completions bash > /etc/bash_completion.d/landfall
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Prints the script.
pub(crate) fn run(app: &App, args: &CompletionsArgs) -> Run {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "landfall", &mut script);
    app.out.raw(&String::from_utf8_lossy(&script));
    Ok(Exit::Ok)
}
