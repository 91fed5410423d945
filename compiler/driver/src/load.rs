//! From files to an ordered configuration, with every problem that needs no look at the world.

use config::{Config, Files, Request};
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
    let mut sources = SourceMap::new();
    let schemas = inputs.providers.schemas();
    let (config, mut problems) =
        config::understand(inputs.files, &schemas, inputs.request, &mut sources);
    let Some(config) = config else {
        return (None, sources, problems);
    };
    let right = !problems.iter().any(Problem::is_error);
    let ordered = Prepared::new(&config);
    let mut circles = ordered.as_ref().err().cloned().unwrap_or_default();
    if inputs.request.all_kinds {
        circles.extend(crate::kinds::circles(&config, &circles));
    }
    match ordered {
        Ok(prepared) if right && circles.is_empty() => {
            (Some(Loaded { config, prepared }), sources, problems)
        }
        // Circles are told along with everything else.
        _ => {
            problems.extend(circles);
            (None, sources, problems)
        }
    }
}
