//! Settles operations whose end is not recorded: asks the provider what became of them.

use crate::context::{Context, Event as Told, RecordError};
use model::{Address, ResourceSchema, Token};
use provider::{Connection, FindAnswer, FindRequest, Made, Ownership, ProviderProblem};
use state::{Change, Event, Intent, Object, OpenIntent, Outcome, Recorded, State, Status};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long between two questions about the same operation, in ms.
const ASK_AGAIN_MS: u64 = 500;

/// What became of settling.
#[derive(Debug, Default)]
pub struct Settled {
    /// Operations whose end nobody knows, with what is known.
    pub unclear: Vec<(Address, String)>,
    /// Operations that could not be asked for.
    pub failed: Vec<(Address, ProviderProblem)>,
    /// Why nothing could be recorded any more.
    pub broken: Option<RecordError>,
    /// How many were settled.
    pub settled: usize,
}

/// Settles every open intent of a state, and adds what came of it to the state.
pub async fn settle(context: &Context<'_>, state: &mut State) -> Settled {
    let tokens: Vec<Token> = state.open.keys().copied().collect();
    settle_these(context, state, &tokens).await
}

/// Likewise, these alone.
pub(crate) async fn settle_these(
    context: &Context<'_>,
    state: &mut State,
    tokens: &[Token],
) -> Settled {
    let mut settled = Settled::default();
    for token in tokens {
        let Some(open) = state.open.get(token).cloned() else {
            continue;
        };
        let address = open.intent.address.clone();
        let change = open.intent.change.word();
        context.watch.tell(Told::Settling {
            address: address.clone(),
            change,
        });
        let recorded = match found(context, state, &open).await {
            Ok(recorded) => recorded,
            Err(problem) => {
                settled.failed.push((address, problem));
                continue;
            }
        };
        let result = words(&recorded);
        if let Recorded::Unclear { message } = &recorded {
            settled.unclear.push((address.clone(), message.clone()));
            if open.unclear.as_ref() == Some(message) {
                continue;
            }
        }
        let event = Event::Outcome(Outcome {
            token: *token,
            recorded,
        });
        match context.recorder.append(vec![event.clone()]).await {
            Ok(at_ms) => {
                if let Err(why) = state.apply(&event, at_ms) {
                    settled.broken = Some(RecordError {
                        message: why,
                        help: None,
                    });
                    return settled;
                }
                settled.settled += 1;
                context.watch.tell(Told::Settled { address, result });
            }
            Err(error) => {
                settled.broken = Some(error);
                return settled;
            }
        }
    }
    settled
}

fn words(recorded: &Recorded) -> String {
    match recorded {
        Recorded::Object(o) if o.status == Status::Tainted => "is there, but not complete".into(),
        Recorded::Object(_) => "is there".into(),
        Recorded::Removed => "is gone".into(),
        Recorded::NotDone => "was not done".into(),
        Recorded::Unclear { message } => message.clone(),
    }
}

async fn found(
    context: &Context<'_>,
    state: &State,
    open: &OpenIntent,
) -> Result<Recorded, ProviderProblem> {
    let intent = &open.intent;
    let record = state.providers.get(&intent.provider).ok_or_else(|| {
        ProviderProblem::error(format!(
            "the connection `{}` is not recorded",
            intent.provider.0
        ))
    })?;
    let provider = context.providers.get(&*record.provider).ok_or_else(|| {
        ProviderProblem::error(format!("there is no provider `{}`", record.provider))
    })?;
    let connection = context
        .connections
        .get(&intent.provider, &**provider, &record.config)
        .await?;
    let schema = context.schemas.get(&*record.provider);
    let schema = schema.and_then(|s| s.resources.get(&**intent.address.ty()));
    let window_ms = schema.map_or(0, |s| s.settle_window_ms);
    let answer = ask(context, state, open, &*connection, window_ms).await?;
    Ok(recorded(context, intent, schema, answer))
}

/// Asks until the provider is sure; after the settle window, what is not there won't be.
async fn ask(
    context: &Context<'_>,
    state: &State,
    open: &OpenIntent,
    connection: &dyn Connection,
    window_ms: u64,
) -> Result<FindAnswer, ProviderProblem> {
    let began = Instant::now();
    let now_ms = state.lease.as_ref().map_or(open.at_ms, |l| l.renewed_at_ms);
    let age_ms = now_ms.saturating_sub(open.at_ms);
    loop {
        let waited_ms = began.elapsed().as_millis() as u64;
        let request = request(context, state, &open.intent, age_ms + waited_ms);
        let answer = connection.find(vec![request]).await.pop();
        let missing = || ProviderProblem::error("the provider gave no answer");
        match answer.ok_or_else(missing)? {
            FindAnswer::Failed(problem) => return Err(problem),
            FindAnswer::NotYetSure if age_ms + waited_ms < window_ms => {
                if *context.cancel.borrow() >= 1 {
                    return Err(ProviderProblem::error("interrupted before it was sure"));
                }
                tokio::time::sleep(Duration::from_millis(ASK_AGAIN_MS)).await;
            }
            FindAnswer::NotYetSure => return Ok(FindAnswer::Absent),
            answer => return Ok(answer),
        }
    }
}

fn request(context: &Context<'_>, state: &State, intent: &Intent, age_ms: u64) -> FindRequest {
    FindRequest {
        ty: intent.address.ty().to_string(),
        token: intent.token,
        ownership: Ownership {
            lineage: state.lineage.unwrap_or(model::Lineage([0; 10])),
            object: intent.object,
            hint: intent.address.to_string(),
            epoch: context.epoch,
        },
        attributes: intent.attributes.clone(),
        private: intent.private.to_vec(),
        action: intent.change.word(),
        age_ms,
    }
}

fn recorded(
    context: &Context<'_>,
    intent: &Intent,
    schema: Option<&ResourceSchema>,
    answer: FindAnswer,
) -> Recorded {
    match (answer, intent.change) {
        (FindAnswer::Unclear(problem), _) => Recorded::Unclear {
            message: problem.message,
        },
        (FindAnswer::Absent, Change::Create) => Recorded::NotDone,
        (FindAnswer::Absent, Change::Update | Change::Delete) => Recorded::Removed,
        // What was to be deleted is still there, in whatever form: it is deleted again.
        (FindAnswer::Found { .. } | FindAnswer::Incomplete { .. }, Change::Delete) => {
            Recorded::NotDone
        }
        (FindAnswer::Found { made, .. }, _) => object(context, intent, schema, made, Status::Ready),
        (FindAnswer::Incomplete { made }, Change::Create) => {
            object(context, intent, schema, made, Status::Tainted)
        }
        (FindAnswer::Incomplete { made }, _) => {
            object(context, intent, schema, made, Status::Ready)
        }
        (FindAnswer::NotYetSure | FindAnswer::Failed(_), _) => Recorded::Unclear {
            message: "the provider was not sure".into(),
        },
    }
}

fn object(
    context: &Context<'_>,
    intent: &Intent,
    schema: Option<&ResourceSchema>,
    made: Made,
    status: Status,
) -> Recorded {
    let Some(becomes) = &intent.becomes else {
        return Recorded::Unclear {
            message: "the intent does not say what it becomes".into(),
        };
    };
    let mut object = Object::clone(becomes);
    object.status = status;
    let key = context.fingerprints;
    object.attributes = match schema {
        Some(schema) => {
            let planned = Some(&intent.attributes);
            let value = plan::reconcile(&schema.block, planned, &made.attributes, key);
            plan::with_content(&value, key)
        }
        None => made.attributes,
    };
    object.private = Arc::from(made.private.as_slice());
    object.container = schema.and_then(|s| plan::lives_on(s, &object.attributes));
    Recorded::Object(Box::new(object))
}
