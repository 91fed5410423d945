//! The problems of this phase, one function each, and what gathers them.

pub(crate) mod addresses;
pub(crate) mod checks;
pub(crate) mod imports;
pub(crate) mod inputs;
pub(crate) mod kinds;
pub(crate) mod modules;
pub(crate) mod names;
pub(crate) mod providers;
pub(crate) mod structure;
pub(crate) mod types;
pub(crate) mod values;

use diagnostics::{Problem, Span, did_you_mean};
use std::collections::HashMap;

/// How many further places of the same problem are shown.
const FURTHER_PLACES: usize = 3;

/// With how many unknown names one that is missing is compared.
const COMPARED: usize = 20;

/// Problems as they are found.
#[derive(Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    /// Those that evaluation would find, told where there will be none.
    unevaluated: Vec<Problem>,
    once: HashMap<String, usize>,
    /// How often something was added, if only a place.
    said: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        self.said += 1;
        self.list.push(problem);
    }

    /// Adds what evaluation tells better, if it comes to that.
    pub(crate) fn unless_evaluated(&mut self, problem: Problem) {
        self.said += 1;
        self.unevaluated.push(problem);
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|p| self.push(p));
    }

    /// Adds a problem, or, where there is one of that key, only its place to that one.
    pub(crate) fn once(&mut self, key: String, problem: Problem) {
        let Some(index) = self.once.get(&key) else {
            self.once.insert(key, self.list.len());
            return self.push(problem);
        };
        self.said += 1;
        let known = &mut self.list[*index];
        let Some(mut label) = problem.labels.into_iter().find(|l| l.primary) else {
            return;
        };
        if known.labels.len() <= FURTHER_PLACES {
            label.primary = false;
            label.text = "and here".into();
            known.labels.push(label);
        }
    }

    /// The value of a result; its problem is added.
    pub(crate) fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Adds a further place to those that were found since.
    pub(crate) fn also_at(&mut self, since: usize, span: Span, text: &str) {
        for problem in &mut self.list[since..] {
            *problem = problem.clone().and(span, text);
        }
    }

    /// How often anything was said so far.
    pub(crate) fn said(&self) -> usize {
        self.said
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(Problem::is_error)
    }

    /// All, sorted by place.
    pub(crate) fn sorted(mut self) -> Vec<Problem> {
        if self.has_errors() {
            self.list.append(&mut self.unevaluated);
        }
        self.list
            .sort_by_key(|p| p.primary().map(|s| (s.file, s.start, s.end)));
        self.list
    }
}

/// `` did you mean `x`? ``
pub(crate) fn hint<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    did_you_mean(name, candidates).map(|close| format!("did you mean `{close}`?"))
}

/// `` did you mean `x`? ``, or else all that there is, where that is not too much.
pub(crate) fn hint_or_all<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    what: &str,
) -> Option<String> {
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    // What may be a block or an argument is one name.
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|candidate| seen.insert(*candidate));
    hint(name, candidates.iter().copied()).or_else(|| match candidates.len() {
        0 => None,
        1..=12 => Some(format!("{what}: {}", list(candidates))),
        _ => None,
    })
}

/// Whether something that is missing is there under a name that nobody knows.
pub(crate) fn is_meant<'a>(missing: &str, unknown: impl IntoIterator<Item = &'a str>) -> bool {
    let few = unknown.into_iter().take(COMPARED);
    few.into_iter()
        .any(|name| did_you_mean(name, [missing]).is_some())
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_prose() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
