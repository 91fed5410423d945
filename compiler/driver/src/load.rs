//! From files to an ordered configuration, with every problem that needs no look at the world.

use config::{Cache, Config, Files, Request};
use diagnostics::{Problem, SourceMap};
use planner::{Prepared, Providers};

/// What a configuration is loaded from.
pub struct Inputs<'a> {
    /// The project's files.
    pub files: &'a dyn Files,
    /// The providers that there are.
    pub providers: &'a Providers,
    /// Environment and variables.
    pub request: &'a Request,
}

/// A configuration, checked and ordered.
pub struct Loaded {
    /// What is wanted.
    pub config: Config,
    /// Its order.
    pub prepared: Prepared,
}

/// Loads a configuration: the answer where there is no error, the files that were read, and all
/// problems.
pub fn load(inputs: &Inputs<'_>) -> (Option<Loaded>, SourceMap, Vec<Problem>) {
    load_again(inputs, &mut Cache::none())
}

/// The same, with what an earlier time left; the answer is the same one, too.
pub fn load_again(
    inputs: &Inputs<'_>,
    cache: &mut Cache,
) -> (Option<Loaded>, SourceMap, Vec<Problem>) {
    let mut sources = SourceMap::new();
    let schemas = inputs.providers.schemas();
    let (config, mut problems) =
        config::understand_again(inputs.files, &schemas, inputs.request, &mut sources, cache);
    let Some(config) = config else {
        return (None, sources, problems);
    };
    let right = !problems.iter().any(Problem::is_error);
    match Prepared::new(&config) {
        Ok(prepared) if right => (Some(Loaded { config, prepared }), sources, problems),
        // Circles are told along with everything else.
        ordered => {
            problems.extend(ordered.err().unwrap_or_default());
            (None, sources, problems)
        }
    }
}
