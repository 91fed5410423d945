//! Progress in place: what runs stands at the bottom with its time, what is done scrolls above.

use super::{Happening, doing, line};
use crate::view::look::Look;
use crate::view::page::escape;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The most steps that are shown while they run.
const SHOWN: usize = 8;

/// How often the time of a running step moves on.
const TICK: Duration = Duration::from_millis(200);

/// The bottom lines of a terminal.
pub(crate) struct Live {
    look: Look,
    bars: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<String, ProgressBar>,
    /// Steps that run beyond what is shown, in the order they began.
    hidden: VecDeque<(String, String)>,
    done: usize,
    steps: usize,
}

impl Live {
    /// Bottom lines on standard error.
    pub(crate) fn new(look: Look) -> Live {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let total = bars.add(ProgressBar::new_spinner());
        total.set_style(style("{elapsed} {wide_msg}"));
        total.enable_steady_tick(TICK);
        let (running, hidden) = (BTreeMap::new(), VecDeque::new());
        Live {
            look,
            bars,
            total,
            running,
            hidden,
            done: 0,
            steps: 0,
        }
    }

    /// Shows what happens.
    pub(crate) fn show(&mut self, happening: &Happening) {
        match happening {
            Happening::Phase(text) => self.total.set_message(escape(text, false)),
            Happening::Waiting { .. } => {
                self.total
                    .set_message(line(happening).render(&self.look).trim_end().to_string());
            }
            Happening::Note(_) => self.above(happening),
            Happening::Counted { total, .. } => {
                self.steps = *total;
                self.count();
            }
            Happening::Started { address, action } => {
                self.start(address, &format!("{address}: {}", doing(*action)));
            }
            Happening::Line { address, text } => {
                if let Some(bar) = self.running.get(address) {
                    bar.set_message(escape(&format!("{address}: {text}"), false));
                }
            }
            Happening::Done { address, .. }
            | Happening::Failed { address, .. }
            | Happening::Skipped { address, .. } => {
                self.end(address);
                self.above(happening);
            }
        }
    }

    /// Takes the bottom lines away.
    pub(crate) fn finish(&mut self) {
        self.running
            .values()
            .for_each(ProgressBar::finish_and_clear);
        self.running.clear();
        self.total.finish_and_clear();
    }

    fn start(&mut self, address: &str, text: &str) {
        if self.running.len() >= SHOWN {
            self.hidden
                .push_back((address.to_string(), text.to_string()));
            return self.count();
        }
        let bar = self
            .bars
            .insert_before(&self.total, ProgressBar::new_spinner());
        bar.set_style(style("  {elapsed} {wide_msg}"));
        bar.set_message(escape(text, false));
        bar.enable_steady_tick(TICK);
        self.running.insert(address.to_string(), bar);
        self.count();
    }

    fn end(&mut self, address: &str) {
        self.done += 1;
        match self.running.remove(address) {
            Some(bar) => {
                bar.finish_and_clear();
                self.bars.remove(&bar);
                if let Some((address, text)) = self.hidden.pop_front() {
                    self.start(&address, &text);
                }
            }
            None => self.hidden.retain(|(a, _)| a != address),
        }
        self.count();
    }

    fn count(&self) {
        let mut text = format!("{} of {} done", self.done, self.steps.max(self.done));
        if !self.hidden.is_empty() {
            text.push_str(&format!(", {} more running", self.hidden.len()));
        }
        self.total.set_message(text);
    }

    fn above(&self, happening: &Happening) {
        // A failed write to the terminal must not stop a run.
        let _ = self
            .bars
            .println(line(happening).render(&self.look).trim_end());
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.finish();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
