//! The command line's grammar. Each command's own part, with its help, is in `commands`.

use crate::commands::{
    apply, compile, completions, console, destroy, explain, fmt, graph, init, output, plan,
    sandbox, show, state, unlock, validate,
};
use crate::exit;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Landfall compiles one HCL description of a backend into a dependency graph, compares it with
/// recorded state, shows the difference as a plan, and applies it.
///
/// A first run: `landfall init`, then `landfall plan`, then `landfall apply`.
/// What stands alone on the command line is an environment's name: `landfall plan production`.
#[derive(Debug, Parser)]
#[command(name = "landfall", version, after_help = exit::TABLE, max_term_width = 100)]
#[command(infer_subcommands = false)]
pub(crate) struct Cli {
    /// What goes for every command
    #[command(flatten)]
    pub(crate) global: Global,
    /// The command
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What goes for every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// Work in this directory instead of the current one
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, help_heading = COMMON)]
    pub(crate) directory: Option<PathBuf>,
    /// Whom the output is for: `json` gives one document a line
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "human",
        global = true,
        help_heading = COMMON
    )]
    pub(crate) format: Format,
    /// No colours (so does the variable NO_COLOR)
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) no_color: bool,
    /// Let file functions read below this directory, next to the project's own
    #[arg(long, value_name = "DIR", global = true, help_heading = COMMON)]
    pub(crate) allow_read: Vec<PathBuf>,
    /// Take the state as it is though it went back, was replaced or is gone, where that was meant
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) accept_rollback: bool,
}

/// What these options are called below a command's own.
const COMMON: &str = "Options of every command";

/// Whom the output is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// People
    #[default]
    Human,
    /// Programs
    Json,
}

/// The commands, in the order of a first use.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    Fmt(fmt::FmtArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Destroy(destroy::DestroyArgs),
    Show(show::ShowArgs),
    Output(output::OutputArgs),
    State(state::StateArgs),
    Unlock(unlock::UnlockArgs),
    Compile(compile::CompileArgs),
    Console(console::ConsoleArgs),
    Graph(graph::GraphArgs),
    Explain(explain::ExplainArgs),
    Sandbox(sandbox::SandboxArgs),
    Completions(completions::CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_stands_alone_is_an_environment() {
        for (line, environment) in [
            ("landfall plan", None),
            ("landfall plan production", Some("production")),
            (
                "landfall -C x plan production --target a.b",
                Some("production"),
            ),
        ] {
            let Command::Plan(args) = parse(line).unwrap().command else {
                panic!("{line}")
            };
            assert_eq!(args.environment.name.as_deref(), environment, "{line}");
        }
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        for line in [
            "landfall plan --destroy --refresh-only",
            "landfall apply --plan p --target a.b",
            "landfall plan --out p --rehearse",
            "landfall plan --refresh sometimes",
            "landfall plan --parallelism 0",
            "landfall plan --lock-timeout soon",
            "landfall plan --var novalue",
            "landfall output --raw",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn every_command_teaches() {
        let root = Cli::command();
        let mut commands: Vec<_> = root.get_subcommands().cloned().collect();
        let nested: Vec<_> = commands
            .iter()
            .flat_map(|c| c.get_subcommands().cloned())
            .collect();
        commands.extend(nested);
        for command in commands {
            let long = command
                .get_long_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            let has_children = command.has_subcommands();
            assert!(
                has_children || long.contains("Example"),
                "{}",
                command.get_name()
            );
        }
    }
}
