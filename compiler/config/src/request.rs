//! What the command line asks for, beside what the files say.

/// Which environment, and the values of variables from outside.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The environment's name, where one was given.
    pub environment: Option<String>,
    /// `--var name=value`: name and text, in order.
    pub vars: Vec<(String, String)>,
    /// `--var-file`: paths as [`crate::Files`] takes them, in order.
    pub var_files: Vec<String>,
    /// `LANDFALL_VAR_name`: name (with or without that prefix) and text.
    pub env_vars: Vec<(String, String)>,
    /// The name of the project's directory, for a project without a block.
    pub directory_name: String,
    /// Whether variables may stay without a value: for who only looks where the state is.
    pub values_optional: bool,
    /// Whether the project's kinds are read that nobody calls: for who looks for mistakes.
    pub all_kinds: bool,
}
