//! The stream on which a provider answers a batch, one operation at a time.

use crate::{Failure, Made};
use model::Token;
use tokio::sync::mpsc;

/// What became of one operation.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is under way; a line for whoever watches. No secret in it.
    Progress(String),
    /// It was done. The object as it is; none after a delete.
    Done(Option<Made>),
    /// It failed.
    Failed(Box<Failure>),
}

/// The sending end, handed to the provider. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers(mpsc::UnboundedSender<(Token, Answer)>);

impl Answers {
    /// Reports one operation. Once whoever asked is gone, nothing happens.
    pub fn send(&self, token: Token, answer: Answer) {
        let _ = self.0.send((token, answer));
    }

    /// Reports an operation that was done.
    pub fn done(&self, token: Token, made: Option<Made>) {
        self.send(token, Answer::Done(made));
    }

    /// Reports an operation that failed.
    pub fn failed(&self, token: Token, failure: Failure) {
        self.send(token, Answer::Failed(Box::new(failure)));
    }

    /// Reports what is under way.
    pub fn progress(&self, token: Token, line: impl Into<String>) {
        self.send(token, Answer::Progress(line.into()));
    }
}

/// A stream of answers: the provider's end and the core's.
pub fn answers() -> (Answers, mpsc::UnboundedReceiver<(Token, Answer)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Answers(sender), receiver)
}
