//! Settles operations whose end is not recorded: asks the provider what became of them.

use crate::by_hand;
use crate::context::{Context, Event as Told, RecordError};
use crate::run::Run;
use crate::trace::Trace;
use model::{Address, IdentityClass, ResourceSchema, Token, Value};
use provider::{FindAnswer, Made, ProviderProblem};
use state::{Change, Event, Intent, Object, OpenIntent, Outcome, Recorded, State, Status};
use std::sync::Arc;

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

impl Run<'_> {
    /// Why nothing may be done at an address: an operation there has no known end, and doing it
    /// again might do it twice.
    pub(crate) fn unsettled(&self, address: &Address) -> Option<ProviderProblem> {
        let mut open = self.state.open.iter();
        let (_, open) = open.find(|(token, open)| {
            open.intent.address == *address && !self.under_way.contains_key(token)
        })?;
        let mut problem = ProviderProblem::error(format!(
            "nobody knows how an earlier {} of it ended, so it is not touched",
            open.intent.change.word()
        ))
        .help(format!(
            "look whether that did its work, and say so: `{0} --as done` or `{0} --as not-done`; \
             only then does it go on here",
            by_hand::command(&address.to_string())
        ));
        problem.details.extend(open.unclear.clone());
        Some(problem)
    }
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
    let schema = context.schemas.get(&*record.provider);
    let schema = schema.and_then(|s| s.resources.get(&**intent.address.ty()));
    // What exists in the state alone is as recorded, since no outcome was.
    if schema.is_some_and(|s| s.recorded_only) {
        return Ok(Recorded::NotDone);
    }
    let provider = context.providers.get(&*record.provider).ok_or_else(|| {
        ProviderProblem::error(format!("there is no provider `{}`", record.provider))
    })?;
    let connection = context
        .connections
        .get(&intent.provider, &**provider, &record.config)
        .await?;
    let answer = Trace {
        context,
        lineage: state.lineage,
        open,
        connection: &*connection,
        schema,
    }
    .ask(|made| is_another(context, state, intent, schema, made))
    .await?;
    let nothing_there = matches!(answer, FindAnswer::Absent);
    if nothing_there && !state.objects.contains_key(&intent.object) {
        // Of an import that was never done nothing is recorded.
        return Ok(Recorded::NotDone);
    }
    Ok(recorded(context, intent, schema, answer))
}

/// Whether what was found is an object that is recorded already. Only where nothing tells which
/// one it is can that be: then what is alike is taken for the one that was being made.
fn is_another(
    context: &Context<'_>,
    state: &State,
    intent: &Intent,
    schema: Option<&ResourceSchema>,
    made: &Made,
) -> bool {
    let nothing_tells = schema.is_some_and(|s| s.identity == IdentityClass::None);
    if !nothing_tells || intent.change != Change::Create {
        return false;
    }
    let found = object(context, intent, schema, made.clone(), Status::Ready);
    let Recorded::Object(found) = found else {
        return false;
    };
    // What is being changed may have become alike, and the record does not say so yet.
    let changes = |o: &Object| state.open.values().any(|other| other.intent.object == o.id);
    let same = |o: &Arc<Object>| {
        o.id != intent.object
            && o.address.ty() == intent.address.ty()
            && o.private == found.private
            && (changes(o) || same_thing(&o.attributes, &found.attributes))
    };
    state.objects.values().any(same)
}

fn same_thing(one: &Value, other: &Value) -> bool {
    model::differences(one, other).is_empty()
}

fn recorded(
    context: &Context<'_>,
    intent: &Intent,
    schema: Option<&ResourceSchema>,
    answer: FindAnswer,
) -> Recorded {
    match (answer, intent.change) {
        (FindAnswer::Unclear(problem), _) => Recorded::Unclear {
            message: in_full(&problem),
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

/// The problem with its details: what a person needs who is to look.
fn in_full(problem: &ProviderProblem) -> String {
    let details = problem.details.iter().map(String::as_str);
    let all: Vec<&str> = [problem.message.as_str()]
        .into_iter()
        .chain(details)
        .collect();
    all.join("; ")
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
            // Whether an update came as far as to what nobody can read is not known: it is
            // handed over again.
            let value = match intent.change {
                Change::Update => plan::without_write_only(&schema.block, &value),
                Change::Create | Change::Delete => value,
            };
            plan::with_content(&value, key)
        }
        None => made.attributes,
    };
    object.private = Arc::from(made.private.as_slice());
    object.container = schema.and_then(|s| plan::lives_on(s, &object.attributes));
    Recorded::Object(Box::new(object))
}
