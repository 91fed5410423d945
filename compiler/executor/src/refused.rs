//! Why a step is refused or failed: the words of a provider, or a place in the configuration where
//! an expression does not hold.

use diagnostics::{Label, Problem, Span};
use provider::ProviderProblem;

/// A problem of a step, with its place where an expression is to blame.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) problem: ProviderProblem,
    pub(crate) place: Option<Label>,
}

impl Refused {
    /// A problem with what is written there.
    pub(crate) fn at(problem: ProviderProblem, span: Span, text: &str) -> Refused {
        let place = Label {
            span,
            text: text.into(),
            primary: true,
        };
        Refused {
            problem,
            place: Some(place),
        }
    }
}

/// A problem of an expression, as one of a step.
pub(crate) fn told(problem: Problem) -> Refused {
    let apart = problem.apart_in_words();
    let (place, further): (Vec<Label>, Vec<Label>) =
        problem.labels.into_iter().partition(|l| l.primary);
    let mut told = ProviderProblem::error(problem.message);
    let further = further.into_iter().map(|l| l.text);
    told.details = further.filter(|t| !t.is_empty()).collect();
    told.details.extend(apart);
    told.details.extend(problem.details);
    told.help = problem.help;
    Refused {
        problem: told,
        place: place.into_iter().next(),
    }
}

impl From<ProviderProblem> for Refused {
    fn from(problem: ProviderProblem) -> Refused {
        Refused {
            problem,
            place: None,
        }
    }
}

impl From<ProviderProblem> for Box<Refused> {
    fn from(problem: ProviderProblem) -> Box<Refused> {
        Box::new(problem.into())
    }
}

impl From<Box<ProviderProblem>> for Box<Refused> {
    fn from(problem: Box<ProviderProblem>) -> Box<Refused> {
        Box::new((*problem).into())
    }
}
