//! `landfall init`

use super::options::EnvironmentArg;
use clap::Args;

/// Make the state of an environment, with the keys that seal it
///
/// Makes the state where the project's `store` says (an embedded one in `.landfall/` if it says
/// nothing), a key for you in your configuration directory if you have none, and the two keys
/// that seal the state: one opens attributes, the other opens the secrets in them. Where the
/// state is there already, it checks that your key opens it and that the store keeps its word.
///
/// It never overwrites a state or a key. If all recipients of the keys are lost, so is what they
/// seal: give a second one with --recipient, such as a colleague's or a key in a safe.
///
/// Example:
///   landfall init production --recipient age1qy…
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    /// A further recipient of both keys: an age public key
    #[arg(long = "recipient", value_name = "AGE-KEY")]
    pub(crate) recipients: Vec<String>,
}
