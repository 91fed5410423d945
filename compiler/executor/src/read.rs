//! Reads what a plan asks for: in bulk, all connections at once.

use crate::Connections;
use model::Value;
use provider::{
    DataAnswer, DataRequest, ImportAnswer, ImportRequest, Provider, ProviderProblem, ReadAnswer,
    ReadRequest,
};
use state::ProviderKey;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// A question to a provider.
#[derive(Clone, Debug)]
pub enum Question {
    /// How an object is.
    Object(ReadRequest),
    /// What a data source gives.
    Data(DataRequest),
    /// What an id names.
    Import(ImportRequest),
    /// What is opened for as long as it is used.
    Open(DataRequest),
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Answered {
    /// How an object is.
    Object(ReadAnswer),
    /// What a data source gave.
    Data(DataAnswer),
    /// What an id named.
    Import(ImportAnswer),
    /// What was opened.
    Opened(DataAnswer),
}

/// The questions of one connection.
struct Asking {
    key: ProviderKey,
    provider: Arc<dyn Provider>,
    config: Value,
    objects: Vec<(usize, ReadRequest)>,
    data: Vec<(usize, DataRequest)>,
    imports: Vec<(usize, ImportRequest)>,
    opens: Vec<(usize, DataRequest)>,
}

/// What came of a round of questions.
#[derive(Debug, Default)]
pub struct Reading {
    /// As many as there were questions, in their order.
    pub answers: Vec<Answered>,
    /// What each connection is connected to.
    pub identities: BTreeMap<ProviderKey, String>,
    /// Connections that could not be made.
    pub refused: BTreeMap<ProviderKey, ProviderProblem>,
}

/// Asks all questions, all connections at once.
pub async fn read(
    connections: &Connections,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    questions: Vec<(ProviderKey, String, Value, Question)>,
) -> Reading {
    let count = questions.len();
    let asking = by_connection(providers, questions);
    let asked = futures::future::join_all(asking.into_iter().map(|a| ask(connections, a))).await;
    let mut answers: Vec<Option<Answered>> = vec![None; count];
    let mut reading = Reading::default();
    for (key, identity, found) in asked {
        match identity {
            Ok(identity) => drop(reading.identities.insert(key, identity)),
            Err(problem) => drop(reading.refused.insert(key, *problem)),
        }
        for (index, answer) in found {
            answers[index] = Some(answer);
        }
    }
    let missing = || {
        let problem = ProviderProblem::error("the provider gave no answer");
        Answered::Object(ReadAnswer::Failed(problem))
    };
    let answers = answers.into_iter();
    reading.answers = answers.map(|a| a.unwrap_or_else(missing)).collect();
    reading
}

fn by_connection(
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    questions: Vec<(ProviderKey, String, Value, Question)>,
) -> Vec<Asking> {
    let mut by: BTreeMap<ProviderKey, Asking> = BTreeMap::new();
    for (index, (key, name, config, question)) in questions.into_iter().enumerate() {
        let Some(provider) = providers.get(&name) else {
            continue;
        };
        let asking = by.entry(key.clone()).or_insert_with(|| Asking {
            key,
            provider: provider.clone(),
            config,
            objects: Vec::new(),
            data: Vec::new(),
            imports: Vec::new(),
            opens: Vec::new(),
        });
        match question {
            Question::Object(request) => asking.objects.push((index, request)),
            Question::Data(request) => asking.data.push((index, request)),
            Question::Import(request) => asking.imports.push((index, request)),
            Question::Open(request) => asking.opens.push((index, request)),
        }
    }
    by.into_values().collect()
}

type Identity = Result<String, Box<ProviderProblem>>;
type Found = (ProviderKey, Identity, Vec<(usize, Answered)>);

async fn ask(connections: &Connections, asking: Asking) -> Found {
    let connection = connections
        .get(&asking.key, &*asking.provider, &asking.config)
        .await;
    let connection = match connection {
        Ok(connection) => connection,
        Err(problem) => {
            let answers = refused(&asking, &problem);
            return (asking.key, Err(Box::new(problem)), answers);
        }
    };
    let began = Instant::now();
    let (at_objects, objects): (Vec<_>, Vec<_>) = asking.objects.into_iter().unzip();
    let (at_data, data): (Vec<_>, Vec<_>) = asking.data.into_iter().unzip();
    let imports = asking.imports.into_iter().map(|(at, request)| {
        let connection = &connection;
        async move { (at, Answered::Import(connection.import(request).await)) }
    });
    let opens = asking.opens.into_iter().map(|(at, request)| {
        let connection = &connection;
        async move {
            (
                at,
                Answered::Opened(connections.open(connection, request).await),
            )
        }
    });
    let (objects, data, imports, opens) = tokio::join!(
        async {
            if objects.is_empty() {
                Vec::new()
            } else {
                connection.read(objects).await
            }
        },
        async {
            if data.is_empty() {
                Vec::new()
            } else {
                connection.data(data).await
            }
        },
        futures::future::join_all(imports),
        futures::future::join_all(opens),
    );
    let took_ms = began.elapsed().as_millis() as u64;
    let (provider, asked) = (&*asking.key.0, objects.len() + data.len() + imports.len());
    tracing::debug!(provider, asked, took_ms, "read");
    let objects = at_objects
        .into_iter()
        .zip(objects.into_iter().map(Answered::Object));
    let data = at_data
        .into_iter()
        .zip(data.into_iter().map(Answered::Data));
    (
        asking.key,
        Ok(connection.identity().0),
        objects.chain(data).chain(imports).chain(opens).collect(),
    )
}

fn refused(asking: &Asking, problem: &ProviderProblem) -> Vec<(usize, Answered)> {
    let objects = asking
        .objects
        .iter()
        .map(|(i, _)| (*i, Answered::Object(ReadAnswer::Failed(problem.clone()))));
    let data = asking
        .data
        .iter()
        .map(|(i, _)| (*i, Answered::Data(Err(problem.clone()))));
    let imports = asking
        .imports
        .iter()
        .map(|(i, _)| (*i, Answered::Import(Err(problem.clone()))));
    let opens = asking
        .opens
        .iter()
        .map(|(i, _)| (*i, Answered::Opened(Err(problem.clone()))));
    objects.chain(data).chain(imports).chain(opens).collect()
}
