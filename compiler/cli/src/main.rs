//! The command line of Landfall. It parses arguments, reads real files, shows what the engine
//! says, and decides nothing.
//!
//! ```text
//! args ─▶ commands/<name> ─▶ project (load) ─▶ ready (state, providers) ─▶ driver ─▶ view ─▶ out
//! ```

mod app;
mod args;
mod commands;
mod console;
mod exit;
mod files;
mod library;
mod log;
mod out;
mod paths;
mod project;
mod providers;
mod ready;
mod recording;
mod replace;
mod saved;
mod signals;
mod stores;
mod surroundings;
mod view;
mod watch;

use app::{App, Run};
use args::{Cli, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too. A reader that went away is no error.
            let _ = error.print();
            let exit = if error.use_stderr() {
                Exit::Error
            } else {
                Exit::Ok
            };
            return exit.into();
        }
    };
    let mut app = App::new(cli.global);
    match log::begin(app::env) {
        Ok(to_stderr) if to_stderr => app.out.draw_nothing(),
        Ok(_) => {}
        Err(problem) => return app.fail(problem).into(),
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            let problem = diagnostics::Problem::error("LF0523", format!("no threads: {e}"));
            return app.fail(problem).into();
        }
    };
    let ended = runtime.block_on(run(&app, &cli.command));
    app.out.end_live();
    // Somebody may still be asked on a thread that waits for a terminal.
    runtime.shutdown_background();
    ended.unwrap_or_else(|exit| exit).into()
}

async fn run(app: &App, command: &Command) -> Run {
    match command {
        Command::Init(args) => commands::init::run(app, args).await,
        Command::Validate(args) => commands::validate::run(app, args),
        Command::Fmt(args) => commands::fmt::run(app, args),
        Command::Plan(args) => commands::plan::run(app, args).await,
        Command::Apply(args) => commands::apply::run(app, args).await,
        Command::Destroy(args) => commands::destroy::run(app, args).await,
        Command::Show(args) => commands::show::run(app, args).await,
        Command::Output(args) => commands::output::run(app, args).await,
        Command::State(args) => commands::state::run(app, args).await,
        Command::Unlock(args) => commands::unlock::run(app, args).await,
        Command::Compile(args) => commands::compile::run(app, args).await,
        Command::Explain(args) => commands::explain::run(app, args).await,
        Command::Console(args) => commands::console::run(app, args).await,
        Command::Graph(args) => commands::graph::run(app, args),
        Command::Sandbox(args) => commands::sandbox::run(app, args).await,
        Command::Completions(args) => commands::completions::run(app, args),
    }
}
