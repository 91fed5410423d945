//! Gathers the problems of a phase, so that it can go on and give its best answer.

use crate::{Problem, Span};

/// Problems in the order they were found, each at most once.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    problems: Vec<Problem>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Adds a problem, unless the very same is there already (two instances of one block).
    pub fn push(&mut self, problem: Problem) {
        let again = self.problems.iter().rev().take(64).any(|p| *p == problem);
        if !again {
            self.problems.push(problem);
        }
    }

    /// Adds the error of a result, and gives its value.
    pub fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|p| self.push(p)).ok()
    }

    /// Adds all problems of another phase.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|p| self.push(p));
    }

    /// Lets the problems from the given one on lead from the calls of kinds that they lie in, but
    /// for those whose own place is the user's.
    pub fn lead_from(
        &mut self,
        first: usize,
        calls: &[(Span, String)],
        is_users: impl Fn(Span) -> bool,
    ) {
        let since = self.problems.iter_mut().skip(first);
        since
            .filter(|problem| !problem.primary().is_some_and(&is_users))
            .for_each(|problem| problem.lead_from(calls));
    }

    /// Whether anything was refused.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// What was found, in order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What was found, sorted by place.
    pub fn into_problems(mut self) -> Vec<Problem> {
        self.problems
            .sort_by_key(|p| p.primary().map(|s| (s.file, s.start)));
        self.problems
    }
}
