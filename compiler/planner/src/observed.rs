//! What was read for a plan, and what is asked to be read.

use crate::Providers;
use model::{Address, Containment, Fingerprint, Value};
use provider::{
    DataAnswer, DataRequest, Host, ImportAnswer, ImportRequest, ProviderProblem, ReadAnswer,
    ReadRequest,
};
use state::ProviderKey;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Stands for a question: same key, same question.
pub type ReadKey = Fingerprint;

/// Something to be read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Stands for the question.
    pub key: ReadKey,
    /// Whose configuration is asked through.
    pub provider: ProviderKey,
    /// The provider's name.
    pub provider_name: Arc<str>,
    /// The provider's configuration.
    pub config: Value,
    /// What it is read for.
    pub address: Address,
    /// The question.
    pub ask: Ask,
}

/// A question to a provider.
#[derive(Clone, Debug)]
pub enum Ask {
    /// How an object is.
    Object(Box<ReadRequest>),
    /// What a data source gives.
    Data(DataRequest),
    /// What an id names.
    Import(ImportRequest),
    /// What is opened for as long as it is used.
    Open(DataRequest),
}

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Answers on objects.
    pub objects: HashMap<ReadKey, ReadAnswer>,
    /// Answers on what is to be imported.
    pub imports: HashMap<ReadKey, ImportAnswer>,
    /// What was opened.
    pub opened: HashMap<ReadKey, DataAnswer>,
    /// Answers of data sources.
    pub data: HashMap<ReadKey, DataAnswer>,
    /// What each connection is connected to, by provider configuration.
    pub identities: HashMap<ProviderKey, String>,
    /// Connections that could not be made.
    pub refused: BTreeMap<ProviderKey, ProviderProblem>,
    /// Hosts by id that did not answer.
    pub hosts: BTreeMap<Arc<str>, ProviderProblem>,
}

impl Observed {
    /// Takes the answer on an object in, and which host gave none.
    pub fn take_object(&mut self, read: &Read, answer: ReadAnswer, providers: &Providers) {
        if let (ReadAnswer::Unreachable(problem), Ask::Object(request)) = (&answer, &read.ask)
            && let Some((_, schema)) = providers.resource(&request.ty)
            && let Containment::On(attribute) = schema.containment
        {
            self.silent(request.attributes.get(attribute), problem);
        }
        self.objects.insert(read.key, answer);
    }

    /// Likewise, of a data source.
    pub fn take_data(&mut self, read: &Read, answer: DataAnswer, providers: &Providers) {
        if let (Err(problem), Ask::Data(request)) = (&answer, &read.ask)
            && let Some(on) = providers.data(&request.ty).and_then(|(_, s)| s.on)
        {
            self.silent(request.config.get(on), problem);
        }
        self.data.insert(read.key, answer);
    }

    /// Likewise, of what is to be imported.
    pub fn take_import(&mut self, read: &Read, answer: ImportAnswer) {
        self.imports.insert(read.key, answer);
    }

    fn silent(&mut self, host: Option<&Value>, problem: &ProviderProblem) {
        if let Some(id) = host.and_then(Host::identity_key) {
            self.hosts.insert(Arc::from(id), problem.clone());
        }
    }
}
