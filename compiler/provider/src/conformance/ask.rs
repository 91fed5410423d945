//! Questions to a connection, one object at a time, with a deadline on each answer.

use crate::{
    Action, Answer, Connection, Failure, FindAnswer, FindRequest, Made, Operation, Ownership,
    ReadAnswer, ReadRequest, answers,
};
use model::{ResourceSchema, Token, Value};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// One object of one connection.
pub(super) struct Ask<'a> {
    pub(super) connection: &'a dyn Connection,
    pub(super) schema: &'a ResourceSchema,
    pub(super) ty: &'a str,
    pub(super) ownership: Ownership,
}

impl Ask<'_> {
    /// Carries out an operation; sends it again as long as the provider calls that worthwhile,
    /// and settles it where nobody knows.
    ///
    /// # Errors
    /// Why it failed, or how the answer breaks the contract.
    pub(super) async fn apply(
        &self,
        token: Token,
        action: &Action,
        private: &[u8],
    ) -> Result<Option<Made>, String> {
        let begin = Instant::now();
        let mut last = String::new();
        for _ in 0..TRIES {
            let failure = match self.once(token, action, private).await? {
                Ok(made) => return Ok(made),
                Err(failure) => failure,
            };
            last = said(&failure);
            if failure.certainty == crate::Certainty::Unknown {
                match self.settle(token, action, private, begin).await {
                    FindAnswer::Found { made, .. } if !is_delete(action) => return Ok(Some(made)),
                    FindAnswer::Absent if is_delete(action) => return Ok(None),
                    FindAnswer::Found { .. } | FindAnswer::Absent => {}
                    other => return Err(format!("{last}; find said {other:?}")),
                }
            } else if !failure.retryable {
                return Err(last);
            }
            sleep(failure.retry_after_ms.map_or(PAUSE, Duration::from_millis)).await;
        }
        Err(format!("{last} ({TRIES} times)"))
    }

    /// Asks what became of an operation that began then, until the provider is sure.
    pub(super) async fn settle(
        &self,
        token: Token,
        action: &Action,
        private: &[u8],
        begin: Instant,
    ) -> FindAnswer {
        let window = Duration::from_millis(self.schema.settle_window_ms + self.schema.timeout_ms);
        loop {
            let answer = self.find(token, action, private, begin.elapsed()).await;
            if !matches!(answer, FindAnswer::NotYetSure) || begin.elapsed() > window {
                return answer;
            }
            sleep(PAUSE).await;
        }
    }

    /// Sends an operation once. The outer error is a broken contract.
    async fn once(
        &self,
        token: Token,
        action: &Action,
        private: &[u8],
    ) -> Result<Result<Option<Made>, Failure>, String> {
        let (sender, mut receiver) = answers();
        let operation = Operation {
            token,
            ownership: self.ownership.clone(),
            ty: self.ty.into(),
            action: action.clone(),
            private: private.to_vec(),
            timeout_ms: self.schema.timeout_ms,
        };
        let deadline = Duration::from_millis(self.schema.timeout_ms) + Duration::from_secs(5);
        let applied = self.connection.apply(vec![operation], sender);
        if timeout(deadline, applied).await.is_err() {
            return Err("apply has not come back at the operation's deadline".into());
        }
        let mut ended = Vec::new();
        while let Some((of, answer)) = receiver.recv().await {
            match answer {
                _ if of != token => return Err("an answer bears a token nobody gave".into()),
                Answer::Progress(_) => {}
                Answer::Done(made) => ended.push(Ok(made)),
                Answer::Failed(failure) => ended.push(Err(*failure)),
            }
        }
        match (ended.pop(), ended.len()) {
            (Some(answer), 0) => Ok(answer),
            (None, _) => Err("apply came back without an answer".into()),
            (Some(_), more) => Err(format!("an operation was answered {} times", more + 1)),
        }
    }

    /// Asks what became of an operation.
    pub(super) async fn find(
        &self,
        token: Token,
        action: &Action,
        private: &[u8],
        age: Duration,
    ) -> FindAnswer {
        let (name, attributes) = match action {
            Action::Create { planned } => ("create", planned),
            Action::Update { planned, .. } => ("update", planned),
            Action::Delete { prior } => ("delete", prior),
        };
        let request = FindRequest {
            ty: self.ty.into(),
            token,
            ownership: self.ownership.clone(),
            attributes: attributes.clone(),
            private: private.to_vec(),
            action: name,
            age_ms: age.as_millis().try_into().unwrap_or(u64::MAX),
        };
        self.connection
            .find(vec![request])
            .await
            .pop()
            .unwrap_or(FindAnswer::NotYetSure)
    }

    /// Reads the object.
    pub(super) async fn read(&self, made: &Made) -> ReadAnswer {
        let request = ReadRequest {
            ty: self.ty.into(),
            attributes: made.attributes.clone(),
            private: made.private.clone(),
            all: true,
            lineage: self.ownership.lineage,
            object: Some(self.ownership.object),
        };
        let mut answered = self.connection.read(vec![request]).await;
        match (answered.pop(), answered.len()) {
            (Some(answer), 0) => answer,
            _ => ReadAnswer::Failed(crate::ProviderProblem::error(
                "read did not give one answer to one request",
            )),
        }
    }

    /// Reads the object until it is there or gone, as `there` says, or time is up.
    pub(super) async fn read_until(&self, made: &Made, there: bool) -> ReadAnswer {
        let window = Duration::from_millis(self.schema.settle_window_ms.max(1_000));
        let deadline = Instant::now() + window;
        loop {
            let answer = self.read(made).await;
            let settled = match &answer {
                ReadAnswer::Present { .. } => there,
                ReadAnswer::Absent => !there,
                _ => false,
            };
            if settled || Instant::now() > deadline {
                return answer;
            }
            sleep(PAUSE).await;
        }
    }

    /// How many objects the provider lists as this one; none where it lists nothing at all.
    pub(super) async fn listed(&self) -> Option<usize> {
        let listed = self.connection.list(self.ownership.lineage).await.ok()?;
        let own = listed
            .iter()
            .filter(|l| l.owner.1 == self.ownership.object)
            .count();
        (own > 0).then_some(own)
    }
}

fn is_delete(action: &Action) -> bool {
    matches!(action, Action::Delete { .. })
}

/// A failure in words.
fn said(failure: &Failure) -> String {
    let problem = &failure.problem;
    std::iter::once(problem.message.clone())
        .chain(problem.details.clone())
        .collect::<Vec<_>>()
        .join("; ")
}

/// What an action leads to: the planned attributes.
pub(super) fn create(planned: &Value) -> Action {
    Action::Create {
        planned: planned.clone(),
    }
}
