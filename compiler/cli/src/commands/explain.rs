//! `landfall explain`

mod address;
mod code;
mod kind;
mod prose;

use super::options::EnvironmentArg;
use crate::app::{App, Run};
use clap::Args;

/// Tell more of a problem, of a kind, or all that is known of a resource
///
/// Of a problem's code: what it means, what causes it, how it is mended. It needs no project.
///
/// Of a kind, called or not: what a call takes and gives out, and what serves it. Beside the
/// interface, `example/main.hcl` may hold an example, which is shown, too.
///
/// Of an address: what stands there, where it is declared and which call made it, what it depends
/// on and why, what depends on it, what is recorded of it, and how it came to that.
///
/// Example:
///   landfall explain LF0121
///   landfall explain kind server
///   landfall explain terraform_data.a
///   landfall explain 'module.web.ssh_file.config["eu"]' production
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExplainArgs {
    /// A code such as LF0121, an address, or `kind` and its name
    #[arg(value_name = "CODE|ADDRESS|kind NAME")]
    pub(crate) what: String,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
}

/// Explains it.
pub(crate) async fn run(app: &App, args: &ExplainArgs) -> Run {
    if args.what == "kind" {
        // What follows an address is an environment, and a kind's name here.
        let name = args.environment.name.as_deref();
        return kind::run(app, name.unwrap_or_default());
    }
    match code::written(&args.what) {
        Some(code) => code::run(app, &code),
        None => address::run(app, args).await,
    }
}
