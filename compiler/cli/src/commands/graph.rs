//! `landfall graph`

use super::options::{EnvironmentArg, VariableArgs};
use clap::{Args, ValueEnum};

/// Print what depends on what
///
/// Prints the resources of the configuration in the order in which they are made, each with what
/// it depends on: as text, or as DOT for Graphviz.
///
/// It contacts nobody and needs no state.
///
/// Example:
///   landfall graph
///   landfall graph --as dot | dot -Tsvg > graph.svg
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    /// The notation
    #[arg(
        long = "as",
        value_enum,
        value_name = "NOTATION",
        default_value = "text"
    )]
    pub(crate) notation: Notation,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notation {
    /// Indented lines
    #[default]
    Text,
    /// For Graphviz
    Dot,
}
