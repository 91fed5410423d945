//! What else is wrong with a configuration in which something is wrong.

use crate::{Loaded, Options, Session};
use config::{items_with_errors, touches};
use diagnostics::{Problem, SourceMap, Span};

/// A configuration as far as it could be understood: for finding more mistakes, not for going on.
pub struct Understood {
    pub(crate) loaded: Loaded,
    /// Whether the project's kinds are looked at whole.
    pub(crate) all_kinds: bool,
}

impl Understood {
    /// What is wrong with values beside the errors that were found: nothing that stands in one
    /// block with one of them, since it may follow from that. The session is one on the
    /// configuration that it is given.
    pub fn check<'a>(
        &'a self,
        found: &[Problem],
        sources: &SourceMap,
        options: &Options,
        session: impl FnOnce(&'a Loaded) -> Session<'a>,
    ) -> Vec<Problem> {
        let wrong = items_with_errors(found, sources);
        let follows = |place: Span| wrong.iter().any(|item| touches(*item, place));
        let session = session(&self.loaded);
        let mut more = session.check(options);
        if self.all_kinds {
            session.check_kinds(options, &mut more);
        }
        more.retain(|problem| {
            let places = || problem.labels.iter().map(|l| l.span);
            !planner::may_follow(problem) && places().next().is_some() && !places().any(follows)
        });
        more
    }
}
