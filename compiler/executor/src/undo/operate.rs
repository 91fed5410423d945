//! One operation that takes something back: its intent, its outcome, and waiting for it.

use crate::context::Event as Told;
use crate::operation::without_given;
use crate::refused::Refused;
use crate::run::Run;
use model::{Token, Value};
use plan::Action;
use provider::{Action as Ask, Answer, Certainty, Operation, ProviderProblem, answers};
use state::{Change, Event, Intent, Object, Outcome, Recorded};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most times that it is sent.
const MOST_ATTEMPTS: u32 = 8;
/// The first wait between two of them, in ms; each is twice the one before.
const FIRST_WAIT_MS: u64 = 250;

impl Run<'_> {
    /// Carries out one operation; `becomes` is what is recorded once it is done, of a delete what
    /// ends.
    pub(super) async fn operate(
        &mut self,
        change: Change,
        prior: Option<&Arc<Object>>,
        becomes: Object,
    ) -> Result<(), Box<Refused>> {
        let token = Token::random();
        let connection = self.connection(&becomes.provider).await.map_err(Box::new)?;
        let intent = Intent {
            token,
            object: becomes.id,
            address: becomes.address.clone(),
            change,
            attributes: becomes.attributes.clone(),
            private: becomes.private.clone(),
            provider: becomes.provider.clone(),
            becomes: (change != Change::Delete).then(|| Box::new(becomes.clone())),
            deposes: None,
        };
        if !self.record(vec![Event::Intent(intent)]).await {
            return Err(unrecorded());
        }
        let (address, action) = (becomes.address.clone(), step_of(change));
        self.context.watch.tell(Told::Started {
            address: address.clone(),
            action,
            replaces: false,
        });
        let began = Instant::now();
        let private = prior.map_or(&becomes.private, |p| &p.private);
        let ty = becomes.address.ty();
        let operation = Operation {
            token,
            ownership: self.ownership(becomes.id, &becomes.address),
            ty: ty.to_string(),
            action: match self.schema(ty) {
                // What was handed to it once is not at hand any more.
                Some(schema) => {
                    let to = plan::without_write_only(&schema.block, &becomes.attributes);
                    without_given(&schema.block, asked(change, prior, &to))
                }
                None => asked(change, prior, &becomes.attributes),
            },
            private: private.to_vec(),
            timeout_ms: self.schema(ty).map_or(0, |s| s.timeout_ms),
        };
        let answer = self.answer(&*connection, operation).await;
        let (recorded, problem) = self.taken_back(change, becomes, answer);
        let event = Event::Outcome(Outcome { token, recorded });
        if !self.record(vec![event]).await {
            return Err(unrecorded());
        }
        if let Some(problem) = problem {
            return Err(problem.into());
        }
        self.context.watch.tell(Told::Done {
            address,
            action,
            replaces: false,
            elapsed_ms: began.elapsed().as_millis() as u64,
            unchanged: false,
        });
        Ok(())
    }

    /// The last answer, once it is one that trying again would not change.
    async fn answer(
        &self,
        connection: &dyn provider::Connection,
        operation: Operation,
    ) -> Option<Answer> {
        let mut attempts = 0;
        loop {
            let (sender, mut receiver) = answers();
            connection.apply(vec![operation.clone()], sender).await;
            let mut last = None;
            while let Some((_, answer)) = receiver.recv().await {
                if !matches!(answer, Answer::Progress(_)) {
                    last = Some(answer);
                }
            }
            attempts += 1;
            let Some(Answer::Failed(failure)) = &last else {
                return last;
            };
            let certain = failure.certainty == Certainty::NotDone && failure.partial.is_none();
            if !failure.retryable || !certain || attempts >= MOST_ATTEMPTS {
                return last;
            }
            let doubled = FIRST_WAIT_MS << attempts.min(6);
            let wait = failure.retry_after_ms.unwrap_or(doubled);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    fn taken_back(
        &self,
        change: Change,
        mut becomes: Object,
        answer: Option<Answer>,
    ) -> (Recorded, Option<ProviderProblem>) {
        match answer {
            Some(Answer::Done(_)) if change == Change::Delete => (Recorded::Removed, None),
            Some(Answer::Done(Some(made))) => {
                if let Some(schema) = self.schema(becomes.address.ty()) {
                    let (planned, key) = (&becomes.attributes, self.context.fingerprints);
                    let value =
                        plan::reconcile(&schema.block, Some(planned), &made.attributes, key);
                    becomes.attributes = plan::with_content(&value, key);
                    becomes.container = plan::lives_on(schema, &becomes.attributes);
                }
                becomes.private = Arc::from(made.private);
                (Recorded::Object(Box::new(becomes)), None)
            }
            Some(Answer::Failed(failure)) => {
                let recorded = match failure.certainty {
                    Certainty::NotDone => Recorded::NotDone,
                    Certainty::Unknown => Recorded::Unclear {
                        message: failure.problem.message.clone(),
                    },
                };
                (recorded, Some(failure.problem))
            }
            _ => {
                let problem = ProviderProblem::error("the provider ended without an answer");
                let message = problem.message.clone();
                (Recorded::Unclear { message }, Some(problem))
            }
        }
    }
}

fn step_of(change: Change) -> Action {
    match change {
        Change::Create => Action::Create,
        Change::Update => Action::Update,
        Change::Delete => Action::Delete,
    }
}

fn asked(change: Change, prior: Option<&Arc<Object>>, to: &Value) -> Ask {
    match (change, prior) {
        (Change::Create, _) => Ask::Create {
            planned: to.clone(),
        },
        (Change::Update, Some(prior)) => Ask::Update {
            prior: prior.attributes.clone(),
            planned: to.clone(),
        },
        _ => Ask::Delete { prior: to.clone() },
    }
}

pub(super) fn unrecorded() -> Box<Refused> {
    Box::<Refused>::from(ProviderProblem::error("nothing could be recorded any more"))
}
