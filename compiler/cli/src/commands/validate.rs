//! `landfall validate`

use super::options::{EnvironmentArg, VariableArgs};
use clap::Args;

/// Check the configuration without looking at the world
///
/// Reads every file of the configuration and reports every problem at once: syntax, names, types,
/// references in a circle, missing variables, and what providers can tell by themselves.
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
