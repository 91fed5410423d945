//! `landfall completions`

use crate::args::Cli;
use crate::exit::Exit;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

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

/// Writes the script.
pub(crate) fn run(args: &CompletionsArgs, out: &mut dyn Write) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "landfall", &mut script);
    // Nobody reads on: nothing is lost.
    let _ = out.write_all(&script);
    Exit::Ok
}
