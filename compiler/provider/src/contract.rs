//! The traits that a provider implements.
//!
//! A [`Provider`] is synchronous, pure and free of configuration: schemas, validation, planning.
//! A [`Connection`] is one configuration of it, connected: the only part that does IO.

use crate::{
    Answers, DataAnswer, DataRequest, FindAnswer, FindRequest, Foreseen, Gone, ImportAnswer,
    ImportRequest, Listed, Made, Opened, Operation, ProviderProblem, ReadAnswer, ReadRequest,
};
use async_trait::async_trait;
use model::{AttrPath, Effect, Lineage, ProviderSchema, Value};
use std::sync::Arc;

/// Operations of one lane go to the provider together: a host; an account and region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Lane(pub String);

/// What a connection is connected to: account, region, endpoint. "Not found" counts only at the
/// same identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ConnectionIdentity(pub String);

/// What is to be planned: from `prior` to `proposed`.
#[derive(Clone, Debug)]
pub struct PlanRequest<'a> {
    /// The resource type.
    pub ty: &'a str,
    /// The object as it is; none where there is none.
    pub prior: Option<&'a Value>,
    /// What the user wrote: null where they said nothing.
    pub config: &'a Value,
    /// The configuration, with what the provider decides taken over from `prior`, or unknown
    /// where there is no prior. Secrets may be sealed.
    pub proposed: &'a Value,
    /// Provider-private data of the prior object.
    pub private: &'a [u8],
    /// What stands at the object's place though no object is recorded for it: attributes as
    /// `read` gave them.
    pub existing: Option<&'a Value>,
}

/// What will be.
#[derive(Clone, Debug, Default)]
pub struct PlanAnswer {
    /// All attributes: as configured where configured; known or unknown where the provider
    /// decides. None stands for `proposed`, unchanged.
    pub planned: Option<Value>,
    /// Paths whose change takes another object, next to those that the schema names.
    pub replaced: Vec<AttrPath>,
    /// What the change does to those who use the object, next to what the schema says.
    pub effects: Vec<Effect>,
    /// Whether what stands at the place may be taken over without a change (it is equal), or is
    /// taken over because the configuration says so.
    pub adopts: bool,
    /// Whether the change can't be taken back with what is recorded.
    pub irreversible: bool,
    /// Provider-private data that the operation takes along (the digest that it replaces);
    /// none stands for that of the prior object.
    pub private: Option<Vec<u8>>,
    /// Problems; with an error among them the change is refused.
    pub problems: Vec<ProviderProblem>,
}

/// A provider, before any connection. All of it is pure: same input, same answer.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name, the first word of its types unless `schema` says otherwise.
    fn name(&self) -> &'static str;

    /// What it offers; the same at each call.
    fn schema(&self) -> Arc<ProviderSchema>;

    /// An object's attributes as of the present schema, from those of an older one.
    ///
    /// # Errors
    /// Where there is no way from that version.
    fn upgrade(
        &self,
        ty: &str,
        version: u32,
        _attributes: Value,
    ) -> Result<Value, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "`{ty}` was recorded with version {version} of its schema, which this version of \
             Landfall does not read"
        ))
        .help("use the version of Landfall that recorded it, or a later one"))
    }

    /// An object of another type as one of `to`.
    ///
    /// # Errors
    /// Where there is no way.
    fn move_from(
        &self,
        from: &str,
        to: &str,
        _attributes: Value,
    ) -> Result<Value, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "a `{from}` can't become a `{to}`"
        )))
    }

    /// Problems of a configuration that need no look at the world. Parts may be unknown or
    /// sealed.
    fn validate(&self, _ty: &str, _config: &Value) -> Vec<ProviderProblem> {
        Vec::new()
    }

    /// What a change from `prior` to `proposed` will lead to.
    fn plan(&self, _request: &PlanRequest<'_>) -> PlanAnswer {
        PlanAnswer::default()
    }

    /// The result of a function. Arguments are known, open and of the declared types.
    ///
    /// # Errors
    /// What the function refuses.
    fn call(&self, function: &str, _arguments: &[Value]) -> Result<Value, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "there is no function `{function}`"
        )))
    }

    /// The lane of an object: `attributes` as planned or recorded. Must not depend on secrets.
    fn lane(&self, _ty: &str, _attributes: &Value) -> Lane {
        Lane::default()
    }

    /// The most operations of one lane that may be under way at once; 0 stands for no limit.
    fn lane_width(&self) -> usize {
        0
    }

    /// A connection by a configuration in which everything is known and open.
    ///
    /// # Errors
    /// Where it is refused, or can't be reached.
    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem>;
}

/// One configuration of a provider, connected. Batches hold mixed types of one lane.
#[async_trait]
pub trait Connection: Send + Sync {
    /// What it is connected to.
    fn identity(&self) -> ConnectionIdentity;

    /// Looks at objects: as many answers as requests, in their order. Of one lane or several:
    /// the provider asks each lane once.
    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer>;

    /// Reads data sources: as many answers as requests, in their order.
    async fn data(&self, batch: Vec<DataRequest>) -> Vec<DataAnswer> {
        let refuse = |r: DataRequest| {
            Err(ProviderProblem::error(format!(
                "there is no data source `{}`",
                r.ty
            )))
        };
        batch.into_iter().map(refuse).collect()
    }

    /// Carries out operations of one lane, in an order of the provider's own choosing unless
    /// they concern one host (there: in the given order). Answers each on `answers`, once.
    /// An operation that was already done under the same token is answered, not repeated.
    async fn apply(&self, batch: Vec<Operation>, answers: Answers);

    /// Tells what became of operations whose end is unknown: as many answers as requests.
    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer>;

    /// Lists what bears the tag of a lineage.
    ///
    /// # Errors
    /// Where it could not be asked.
    async fn list(&self, _lineage: Lineage) -> Result<Vec<Listed>, ProviderProblem> {
        Ok(Vec::new())
    }

    /// Finds an object by the id that a user wrote, and changes nothing. To be brought under
    /// management it is then changed in place, which marks it as the owner's also where nothing
    /// else is to change.
    ///
    /// # Errors
    /// Where the id is malformed, or there is no such object.
    async fn import(&self, request: ImportRequest) -> ImportAnswer {
        Err(ProviderProblem::error(format!(
            "objects of type `{}` can't be imported",
            request.ty
        )))
    }

    /// Opens something that is used for a while and never recorded: a session, a short-lived key.
    ///
    /// # Errors
    /// Where it is refused.
    async fn open(&self, request: DataRequest) -> Result<Opened, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "there is no ephemeral resource `{}`",
            request.ty
        )))
    }

    /// Keeps what was opened from running out; in how many ms again, where it has to be.
    ///
    /// # Errors
    /// Where it has run out.
    async fn renew(&self, _ty: &str, _private: &[u8]) -> Result<Option<u64>, ProviderProblem> {
        Ok(None)
    }

    /// Ends what was opened; does nothing where that is over already.
    ///
    /// # Errors
    /// Where it stays open.
    async fn close_opened(&self, _ty: &str, _private: &[u8]) -> Result<(), ProviderProblem> {
        Ok(())
    }

    /// Whether a gate of an object is passed: true or false, or why it can't be.
    ///
    /// # Errors
    /// Where it could not be asked.
    async fn gate(&self, ty: &str, gate: &str, _made: &Made) -> Result<bool, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "`{ty}` has no gate `{gate}`"
        )))
    }

    /// Told, at the end of a run, of objects that were found gone and that no operation ended:
    /// what is kept beside them can go. Nobody waits for an answer; what can't be done now stays.
    async fn vanished(&self, _gone: Vec<Gone>) {}

    /// Problems of planned changes that can be seen before the first of them, of all lanes at
    /// once: only what is certain to fail, since one error keeps the whole run from beginning.
    /// Attributes may be unknown, and secrets sealed; nothing is changed.
    async fn preflight(&self, _changes: &[Operation]) -> Vec<Foreseen> {
        Vec::new()
    }

    /// Ends connections that are kept open.
    async fn close(&self) {}
}
