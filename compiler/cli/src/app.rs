//! What every command needs: arguments that go for all, outputs, the project's places.

use crate::args::Global;
use crate::exit::Exit;
use crate::out::Out;
use crate::paths::Paths;
use crate::stores::journal_problem;
use diagnostics::Problem;
use store::JournalError;

/// A command's run. What went wrong was shown already; the exit says how it ended.
pub(crate) type Run<T = Exit> = Result<T, Exit>;

/// What every command needs.
pub(crate) struct App {
    /// Arguments that go for all commands.
    pub(crate) global: Global,
    /// Outputs.
    pub(crate) out: Out,
}

impl App {
    /// For these arguments.
    pub(crate) fn new(global: Global) -> App {
        App {
            out: Out::new(&global),
            global,
        }
    }

    /// The project's places.
    pub(crate) fn paths(&self) -> Run<Paths> {
        let paths = Paths::of(self.global.directory.as_deref());
        paths.map_err(|why| self.fail(Problem::error("LF0520", why)))
    }

    /// Shows an error that ends the run.
    pub(crate) fn fail(&self, problem: Problem) -> Exit {
        self.out.end_live();
        self.out.problem(problem);
        Exit::Error
    }

    /// Shows what a journal refused.
    pub(crate) fn refused(&self, error: &JournalError) -> Exit {
        let (problem, exit) = journal_problem(error);
        self.fail(problem);
        exit
    }
}

/// A variable of the environment.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
