//! Problems for people, with the lines that they are about, and as JSON.

mod clip;
mod excerpt;

use crate::view::look::Look;
use crate::view::page::escape_lines as clean;
use crate::view::page::{Label, Page};
use crate::view::value::count;
use diagnostics::{Position, Problem, Severity, SourceMap};
use excerpt::{Excerpt, excerpts};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value as Json, json};
use std::error::Error;
use std::fmt;
use textwrap::{WordSeparator, WordSplitter};

/// The most problems that are written out; the count at the end tells of all.
const WRITTEN_OUT: usize = 100;

/// Where lines are wrapped for a receiver without a width.
const USUAL_WIDTH: usize = 100;

/// The problems, one below the other, and how many there are. Nothing for none.
pub(crate) fn text(problems: &[Problem], sources: &SourceMap, look: &Look) -> String {
    let handler = handler(look);
    let mut out = String::new();
    // What is refused comes before what is worth knowing.
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|p| std::cmp::Reverse(p.severity));
    for problem in sorted.iter().take(WRITTEN_OUT) {
        let (problem, sources) = problem.gathered(sources);
        if handler
            .render_report(&mut out, &Report::new(&problem, &sources))
            .is_err()
        {
            out.push_str(&clean(&problem.to_string()));
        }
        out.push('\n');
    }
    if !problems.is_empty() {
        out.push_str(&ending(problems).render(look));
    }
    out
}

/// `3 errors, 1 warning`
pub(crate) fn tally(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|p| p.is_error()).count();
    let warnings = problems.len() - errors;
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(count(errors, "error", "errors"));
    }
    if warnings > 0 {
        parts.push(count(warnings, "warning", "warnings"));
    }
    parts.join(", ")
}

/// One problem as JSON.
pub(crate) fn json(problem: &Problem, sources: &SourceMap) -> Json {
    let (problem, sources) = problem.gathered(sources);
    let place =
        |p: Position, byte: u32| json!({ "line": p.line, "column": p.column, "byte": byte });
    let span = |label: &diagnostics::Label| {
        let span = label.span;
        json!({
            "file": sources.path(span.file),
            "start": place(sources.position(span.file, span.start), span.start),
            "end": place(sources.position(span.file, span.end), span.end),
            "label": label.text,
            "primary": label.primary,
        })
    };
    json!({
        "type": "problem",
        "severity": severity_name(problem.severity),
        "code": problem.code,
        "message": problem.message,
        "address": problem.address,
        "details": problem.details,
        "help": problem.help,
        "spans": problem.labels.iter().map(span).collect::<Json>(),
    })
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn ending(problems: &[Problem]) -> Page {
    let mut page = Page::new();
    let label = match problems.iter().any(Problem::is_error) {
        true => Label::Danger,
        false => Label::Warning,
    };
    let line = page.line(0);
    line.add(label, tally(problems));
    if problems.len() > WRITTEN_OUT {
        let shown = format!(" (the first {WRITTEN_OUT} are shown; --format json lists all)");
        line.add(Label::Muted, shown);
    }
    page
}

fn handler(look: &Look) -> GraphicalReportHandler {
    let theme = match (look.unicode, look.colour) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(look.width.unwrap_or(USUAL_WIDTH))
        .with_show_related_as_nested(true)
        // A path, an option or a command is copied whole: lines end at spaces alone.
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_break_words(false)
        .with_context_lines(1)
        .tab_width(4)
}

/// A problem in the renderer's terms.
#[derive(Debug)]
struct Report {
    code: Option<String>,
    severity: miette::Severity,
    message: String,
    details: Option<Detail>,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    related: Vec<Report>,
}

impl Report {
    fn new(problem: &Problem, sources: &SourceMap) -> Report {
        let mut excerpts = excerpts(problem, sources).into_iter();
        let excerpt = excerpts.next();
        let message = match &problem.address {
            Some(address) if !problem.message.contains(address.as_str()) => {
                format!("{address}: {}", problem.message)
            }
            _ => problem.message.clone(),
        };
        Report {
            code: Some(problem.code.to_string()),
            severity: match problem.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message: clean(&message),
            details: Detail::chain(&problem.details),
            help: problem.help.as_deref().map(clean),
            excerpt,
            related: excerpts.map(Report::elsewhere).collect(),
        }
    }

    /// A further place, in another file or far away.
    fn elsewhere(mut excerpt: Excerpt) -> Report {
        let message = excerpt
            .take_first_label()
            .unwrap_or_else(|| "see also".into());
        Report {
            code: None,
            severity: miette::Severity::Advice,
            message,
            details: None,
            help: None,
            excerpt: Some(excerpt),
            related: Vec::new(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Report {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.details.as_ref().map(|d| d as &dyn Error)
    }
}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|c| Box::new(c) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|e| e as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.excerpt
            .as_ref()
            .map(|e| Box::new(e.labels()) as Box<dyn Iterator<Item = _>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let related = self.related.iter().map(|r| r as &dyn Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related) as Box<dyn Iterator<Item = _>>)
    }
}

/// The facts beside a problem, in the renderer's terms: each the cause of the one before.
#[derive(Debug)]
struct Detail {
    text: String,
    next: Option<Box<Detail>>,
}

impl Detail {
    fn chain(details: &[String]) -> Option<Detail> {
        details.iter().rev().fold(None, |next, text| {
            Some(Detail {
                text: clean(text),
                next: next.map(Box::new),
            })
        })
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Detail {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next.as_deref().map(|d| d as &dyn Error)
    }
}
