//! Where output goes: results to standard output, what accompanies a run to standard error;
//! as JSON, everything to standard output, one document a line.

use crate::args::{Format, Global};
use crate::view::look::Look;
use crate::view::page::{Label, Page};
use crate::view::problem;
use crate::view::progress::{Happening, Live, json, line};
use diagnostics::{Problem, SourceMap};
use serde_json::Value as Json;
use std::io::{BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The outputs of a run. Cheap to clone. A reader that went away is no error: a run goes on,
/// since what it does matters more than who watches.
#[derive(Clone)]
pub(crate) struct Out {
    format: Format,
    results: Look,
    remarks: Look,
    live: Arc<Mutex<Option<Live>>>,
}

impl Out {
    /// As the arguments and the terminal ask for.
    pub(crate) fn new(global: &Global) -> Out {
        Out {
            format: global.format,
            results: Look::of_stdout(global.no_color),
            remarks: Look::of_stderr(global.no_color),
            live: Arc::default(),
        }
    }

    /// Nothing is drawn in place: other lines come between.
    pub(crate) fn draw_nothing(&mut self) {
        self.remarks.live = false;
    }

    /// Whether a program reads.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A result for people.
    pub(crate) fn page(&self, page: &Page) {
        self.raw(&page.render(&self.results));
    }

    /// A result as it is.
    pub(crate) fn raw(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// A document for programs.
    pub(crate) fn json(&self, document: &Json) {
        self.raw(&format!("{document}\n"));
    }

    /// A remark for people that is no result; programs don't get it.
    pub(crate) fn remark(&self, page: &Page) {
        if !self.is_json() {
            self.err(&page.render(&self.remarks));
        }
    }

    /// Problems. Says whether there is an error among them.
    pub(crate) fn problems(&self, problems: &[Problem], sources: &SourceMap) -> bool {
        if self.is_json() {
            problems
                .iter()
                .for_each(|p| self.json(&problem::json(p, sources)));
        } else {
            self.err(&problem::text(problems, sources, &self.remarks));
        }
        problems.iter().any(Problem::is_error)
    }

    /// A problem without a place.
    pub(crate) fn problem(&self, problem: Problem) {
        self.problems(&[problem], &SourceMap::new());
    }

    /// What happens during a run. With a live terminal it is drawn in place.
    pub(crate) fn happening(&self, happening: &Happening) {
        if self.is_json() {
            return self.json(&json(happening));
        }
        match self.live().as_mut() {
            Some(live) => live.show(happening),
            None => self.err(&line(happening).render(&self.remarks)),
        }
    }

    /// A part of the run begins; shown from the first second.
    pub(crate) fn phase(&self, text: &str) {
        if !self.is_json() {
            self.begin_live();
            self.happening(&Happening::Phase(text.into()));
        }
    }

    /// Begins drawing in place, where somebody watches.
    pub(crate) fn begin_live(&self) {
        if !self.is_json() && self.remarks.live && self.live().is_none() {
            *self.live() = Some(Live::new(self.remarks));
        }
    }

    /// Ends drawing in place, so that other output can follow.
    pub(crate) fn end_live(&self) {
        *self.live() = None;
    }

    /// Asks; only the word itself is a yes. None where nobody can be asked.
    pub(crate) fn ask(&self, question: &str) -> Option<bool> {
        if self.is_json() || !std::io::stdin().is_terminal() {
            return None;
        }
        let mut page = Page::new();
        page.line(0)
            .add(Label::Heading, question)
            .text(" Only `yes` is a yes:");
        self.err(page.render(&self.remarks).trim_end());
        self.err(" ");
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim() == "yes")
    }

    fn live(&self) -> std::sync::MutexGuard<'_, Option<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn err(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}
