//! Asks what became of one operation, as long as it takes to be sure. It records nothing.

use crate::context::{Context, RecordError};
use model::{IdentityClass, Lineage, ResourceSchema, Undo};
use provider::{
    Action, Answer, Connection, FindAnswer, FindRequest, Found, Made, Operation, Ownership,
    ProviderProblem, answers,
};
use state::{Change, OpenIntent};
use std::time::Duration;

/// How long between two questions about the same operation, in ms: at first, and at most.
const ASK_AGAIN_MS: (u64, u64) = (50, 1000);
/// How long an operation may be under way where its type does not say, in ms.
const UNDER_WAY_MS: u64 = 60_000;

/// One operation whose end is not known, and whom to ask.
pub(crate) struct Trace<'t> {
    pub(crate) context: &'t Context<'t>,
    pub(crate) lineage: Option<Lineage>,
    pub(crate) open: &'t OpenIntent,
    pub(crate) connection: &'t dyn Connection,
    pub(crate) schema: Option<&'t ResourceSchema>,
}

impl Trace<'_> {
    /// Asks until the provider is sure, or nothing more can be learned. The answer is never
    /// `NotYetSure`. What `is_another` says is not what was asked for.
    pub(crate) async fn ask(
        &self,
        is_another: impl Fn(&Made) -> bool,
    ) -> Result<FindAnswer, ProviderProblem> {
        let mut pause_ms = ASK_AGAIN_MS.0;
        loop {
            // Asked each time: an age that is too short would overlook what was made since.
            let now_ms = self.context.recorder.now().await.map_err(told)?;
            let age_ms = now_ms.saturating_sub(self.open.at_ms);
            match self.find(age_ms).await? {
                FindAnswer::NotYetSure => {}
                FindAnswer::Absent if self.is_early(age_ms) => {}
                FindAnswer::Found { made, .. } | FindAnswer::Incomplete { made }
                    if is_another(&made) => {}
                answer => return Ok(answer),
            }
            if let Some(answer) = self.send_again().await {
                return Ok(answer);
            }
            if let Some(answer) = self.given_up(age_ms) {
                return Ok(answer);
            }
            if *self.context.cancel.borrow() >= 1 {
                return Err(ProviderProblem::error("interrupted before it was sure"));
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            pause_ms = (pause_ms * 2).min(ASK_AGAIN_MS.1);
        }
    }

    /// Whether what was made, or changed, may not be seen yet.
    fn is_early(&self, age_ms: u64) -> bool {
        let window_ms = self.schema.map_or(0, |s| s.settle_window_ms);
        self.open.intent.change != Change::Delete && age_ms < window_ms
    }

    async fn find(&self, age_ms: u64) -> Result<FindAnswer, ProviderProblem> {
        let intent = &self.open.intent;
        let request = FindRequest {
            ty: intent.address.ty().to_string(),
            token: intent.token,
            ownership: self.ownership(),
            attributes: match self.schema {
                Some(schema) => plan::without_write_only(&schema.block, &intent.attributes),
                None => intent.attributes.clone(),
            },
            private: intent.private.to_vec(),
            action: intent.change.word(),
            age_ms,
        };
        match self.connection.find(vec![request]).await.pop() {
            Some(FindAnswer::Failed(problem)) => Err(problem),
            Some(answer) => Ok(answer),
            None => Err(ProviderProblem::error("the provider gave no answer")),
        }
    }

    /// What there is to say of an operation of this age of which nobody is sure; none while it
    /// is too early to say anything.
    fn given_up(&self, age_ms: u64) -> Option<FindAnswer> {
        let window_ms = self.schema.map_or(0, |s| s.settle_window_ms);
        let repeatable = self.schema.is_none_or(|s| s.undo != Undo::Impossible);
        // After the window, what was made would be seen. Without one, what is not yet sure is
        // still under way: done again now, it would be done twice.
        if self.open.intent.change == Change::Create && repeatable && window_ms > 0 {
            return (age_ms >= window_ms).then_some(FindAnswer::Absent);
        }
        let timeout_ms = self.schema.map_or(0, |s| s.timeout_ms);
        let longest_ms = match timeout_ms {
            0 => UNDER_WAY_MS,
            timeout_ms => timeout_ms,
        };
        (age_ms >= longest_ms.max(window_ms)).then(|| {
            FindAnswer::Unclear(ProviderProblem::error(
                "it was begun, and is still not over after the time that it may take",
            ))
        })
    }

    /// Sends a create again under its token, where the API honours that: it makes the object, or
    /// gives the one that it made. None where that tells nothing.
    async fn send_again(&self) -> Option<FindAnswer> {
        let intent = &self.open.intent;
        let honoured = self.schema?.identity == IdentityClass::ClientToken;
        if !honoured || intent.change != Change::Create || intent.attributes.has_sealed() {
            return None;
        }
        let operation = Operation {
            token: intent.token,
            ownership: self.ownership(),
            ty: intent.address.ty().to_string(),
            action: Action::Create {
                planned: intent.attributes.clone(),
            },
            private: intent.private.to_vec(),
            timeout_ms: self.schema?.timeout_ms,
        };
        let (sender, mut receiver) = answers();
        self.connection.apply(vec![operation], sender).await;
        let mut last = None;
        while let Some((_, answer)) = receiver.recv().await {
            if !matches!(answer, Answer::Progress(_)) {
                last = Some(answer);
            }
        }
        match last? {
            Answer::Done(Some(made)) => Some(FindAnswer::Found {
                made,
                found: Found::Exact,
            }),
            // Refused says that this request did nothing; the one before may have.
            Answer::Failed(failure) => {
                let made = failure.partial?;
                Some(FindAnswer::Incomplete { made })
            }
            _ => None,
        }
    }

    fn ownership(&self) -> Ownership {
        let intent = &self.open.intent;
        Ownership {
            lineage: self.lineage.unwrap_or(Lineage([0; 10])),
            object: intent.object,
            hint: intent.address.to_string(),
            epoch: self.context.epoch,
        }
    }
}

fn told(error: RecordError) -> ProviderProblem {
    ProviderProblem::error("the store does not tell the time").detail(error.message)
}
