//! `landfall output`

use super::options::EnvironmentArg;
use clap::Args;

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
