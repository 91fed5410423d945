//! From files to an ordered configuration, with every problem that needs no look at the world.

use crate::Understood;
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
    let (loaded, sources, problems) = load_again(inputs, &mut Cache::none());
    (loaded.ok(), sources, problems)
}

/// The same, with what an earlier time left; the answer is the same one, too. Where there are
/// errors, it is what was understood all the same.
pub fn load_again(
    inputs: &Inputs<'_>,
    cache: &mut Cache,
) -> (Result<Loaded, Option<Understood>>, SourceMap, Vec<Problem>) {
    let mut sources = SourceMap::new();
    let schemas = inputs.providers.schemas();
    let (config, mut problems) =
        config::understand_again(inputs.files, &schemas, inputs.request, &mut sources, cache);
    let Some(config) = config else {
        return (Err(None), sources, problems);
    };
    let right = !problems.iter().any(Problem::is_error);
    let ordered = Prepared::new(&config);
    let mut circles = ordered.as_ref().err().cloned().unwrap_or_default();
    let all_kinds = inputs.request.all_kinds;
    if all_kinds {
        circles.extend(crate::kinds::circles(&config, &circles));
    }
    let loaded = match ordered {
        Ok(prepared) if circles.is_empty() => {
            let loaded = Loaded { config, prepared };
            match right {
                true => Ok(loaded),
                false => Err(Some(Understood { loaded, all_kinds })),
            }
        }
        // Circles are told along with everything else.
        _ => {
            problems.extend(circles);
            Err(None)
        }
    };
    (loaded, sources, problems)
}
