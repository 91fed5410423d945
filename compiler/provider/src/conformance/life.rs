//! The life of one object: planned, made, read, changed, ended, with each answer checked.

use super::ask::{Ask, create};
use super::{Case, complete, propose};
use crate::{
    Action, Connection, FindAnswer, ImportRequest, Made, Ownership, PlanAnswer, PlanRequest,
    Provider, ReadAnswer, Severity, check,
};
use model::{AttrPath, Difference, Lineage, ObjectId, ResourceSchema, Token, Value, differences};
use std::time::Duration;
use tokio::time::Instant;

/// What a provider breaks in the life of one object.
pub(super) async fn live(
    provider: &dyn Provider,
    connection: &dyn Connection,
    schema: &ResourceSchema,
    case: &Case,
) -> Vec<String> {
    let ownership = Ownership {
        lineage: Lineage::random(),
        object: ObjectId::random(),
        hint: format!("{}.conformance", case.ty),
        epoch: 1,
    };
    let ask = Ask {
        connection,
        schema,
        ty: &case.ty,
        ownership,
    };
    let mut life = Life {
        provider,
        ask,
        case,
        broken: Vec::new(),
    };
    if let Err(end) = life.whole().await {
        life.broken.push(end);
    }
    life.broken
}

struct Life<'a> {
    provider: &'a dyn Provider,
    ask: Ask<'a>,
    case: &'a Case,
    broken: Vec<String>,
}

impl Life<'_> {
    /// An error is what keeps the rest from being tried.
    async fn whole(&mut self) -> Result<(), String> {
        let config = self.configured(&self.case.config.clone())?;
        let (answer, planned) = self.plan(None, &config, &[])?;
        self.unknown_token(&planned).await;
        let made = self.create(&planned, &answer).await?;
        let made = self.unchanged(made, &config).await?;
        if let Some(attribute) = self.case.id {
            self.import(&made, &config, attribute).await;
        }
        let made = match &self.case.changed {
            Some(changed) => self.change(made, &changed.clone()).await?,
            None => made,
        };
        match self.case.destructive {
            true => self.delete(&made).await,
            false => Ok(()),
        }
    }

    fn configured(&mut self, config: &Value) -> Result<Value, String> {
        let config = complete(&self.ask.schema.block, config)
            .map_err(|e| format!("the case of `{}` is wrong: {e}", self.case.ty))?;
        for problem in self.provider.validate(&self.case.ty, &config) {
            if problem.severity == Severity::Error {
                self.break_("validate", &problem.message);
            }
        }
        Ok(config)
    }

    fn plan(
        &mut self,
        prior: Option<&Made>,
        config: &Value,
        private: &[u8],
    ) -> Result<(PlanAnswer, Value), String> {
        let prior = prior.map(|m| &m.attributes);
        let proposed = propose(&self.ask.schema.block, prior, config);
        let ty = self.case.ty.as_str();
        let request = PlanRequest {
            ty,
            prior,
            config,
            proposed: &proposed,
            private,
            existing: None,
        };
        let answer = self.provider.plan(&request);
        if format!("{answer:?}") != format!("{:?}", self.provider.plan(&request)) {
            self.break_("plan", "gives another answer to the same question");
        }
        self.broken
            .extend(check::plan(self.ask.schema, &request, &answer));
        if let Some(problem) = answer
            .problems
            .iter()
            .find(|p| p.severity == Severity::Error)
        {
            return Err(format!("`{ty}`: plan refused: {problem}"));
        }
        let planned = answer.planned.clone().unwrap_or(proposed);
        Ok((answer, planned))
    }

    async fn create(&mut self, planned: &Value, answer: &PlanAnswer) -> Result<Made, String> {
        let (token, action) = (Token::random(), create(planned));
        let private = answer.private.clone().unwrap_or_default();
        let begin = Instant::now();
        let made = self.apply("create", token, &action, &private).await?;
        let made = made.ok_or_else(|| self.text("create", "gave no object"))?;
        self.outcome(planned, &made);
        self.replay(token, &action, &private, &made).await?;
        self.found(token, &action, &private, &made, begin).await;
        Ok(made)
    }

    /// The object is found by its id, as it is; what no object has for an id is refused.
    async fn import(&mut self, made: &Made, config: &Value, attribute: &str) {
        let request = |id: &str| ImportRequest {
            ty: self.case.ty.clone(),
            id: id.to_string(),
            config: config.clone(),
        };
        let id = made.attributes.get(attribute).map(Value::expose);
        let Some(id) = id.as_ref().and_then(Value::as_str) else {
            return self.break_("import", &format!("`{attribute}` is no text to import by"));
        };
        let connection = self.ask.connection;
        match connection.import(request(id)).await {
            Ok(found) => {
                let broken = check::read(self.ask.schema, &self.case.ty, &found.made);
                self.broken.extend(broken);
                for path in self.paths(&made.attributes, &found.made.attributes) {
                    self.break_("import", &format!("gives another `{path}` than read"));
                }
                if let Some((_, owner)) = found.owner
                    && owner != self.ask.ownership.object
                {
                    self.break_("import", "tells of another owner than made it");
                }
            }
            Err(problem) => self.break_("import", &format!("refuses the id: {problem}")),
        }
        if !self.ask.schema.recorded_only {
            let nothing = "/landfall-conformance-nothing-has-this-id";
            if connection.import(request(nothing)).await.is_ok() {
                self.break_("import", "finds an object by an id that nothing has");
            }
        }
    }

    /// The object as it is read, which must be as it was made and need no change.
    async fn unchanged(&mut self, made: Made, config: &Value) -> Result<Made, String> {
        let read = match self.ask.read_until(&made, true).await {
            ReadAnswer::Present { made, .. } => made,
            other => return Err(self.text("read", &format!("of what was made: {other:?}"))),
        };
        let broken = check::read(self.ask.schema, &self.case.ty, &read);
        self.broken.extend(broken);
        for path in self.paths(&made.attributes, &read.attributes) {
            self.break_(
                "read",
                &format!("gives another `{path}` than the change before it"),
            );
        }
        let (answer, planned) = self.plan(Some(&read), config, &read.private)?;
        for path in self.paths(&read.attributes, &planned) {
            self.break_("plan", &format!("changes `{path}` though nothing changed"));
        }
        for path in answer.replaced {
            self.break_(
                "plan",
                &format!("replaces for `{path}` though nothing changed"),
            );
        }
        Ok(read)
    }

    async fn change(&mut self, made: Made, changed: &Value) -> Result<Made, String> {
        let config = self.configured(changed)?;
        let (answer, planned) = self.plan(Some(&made), &config, &made.private)?;
        let differences = self.differences(&made.attributes, &planned);
        if differences.is_empty() {
            self.break_(
                "plan",
                "sees no difference in the case's changed configuration",
            );
        }
        let schema = &self.ask.schema.block;
        let replaces = |d: &Difference| {
            d.path
                .first()
                .and_then(|n| schema.attribute(n))
                .is_some_and(|a| a.replaces)
        };
        if !answer.replaced.is_empty() || differences.iter().any(replaces) {
            return self.replace(made, &config).await;
        }
        let action = Action::Update {
            prior: made.attributes.clone(),
            planned: planned.clone(),
        };
        let token = Token::random();
        let private = answer.private.unwrap_or_else(|| made.private.clone());
        let updated = self.apply("update", token, &action, &private).await?;
        let updated = updated.ok_or_else(|| self.text("update", "gave no object"))?;
        self.outcome(&planned, &updated);
        self.replay(token, &action, &private, &updated).await?;
        self.unchanged(updated, &config).await
    }

    async fn replace(&mut self, made: Made, config: &Value) -> Result<Made, String> {
        if !self.case.destructive {
            return Ok(made);
        }
        let (answer, planned) = self.plan(None, config, &[])?;
        self.delete(&made).await?;
        self.ask.ownership.object = ObjectId::random();
        let made = self.create(&planned, &answer).await?;
        self.unchanged(made, config).await
    }

    async fn delete(&mut self, made: &Made) -> Result<(), String> {
        let action = Action::Delete {
            prior: made.attributes.clone(),
        };
        let token = Token::random();
        // The same again, and again by another name.
        for token in [token, token, Token::random()] {
            if self
                .apply("delete", token, &action, &made.private)
                .await?
                .is_some()
            {
                self.break_("delete", "gave an object");
            }
        }
        if self.ask.schema.recorded_only {
            return Ok(());
        }
        match self.ask.read_until(made, false).await {
            ReadAnswer::Absent => Ok(()),
            other => Err(self.text("read", &format!("of what was deleted: {other:?}"))),
        }
    }

    async fn apply(
        &mut self,
        call: &str,
        token: Token,
        action: &Action,
        private: &[u8],
    ) -> Result<Option<Made>, String> {
        self.ask
            .apply(token, action, private)
            .await
            .map_err(|e| self.text(call, &e))
    }

    fn outcome(&mut self, planned: &Value, made: &Made) {
        let broken = check::outcome(self.ask.schema, &self.case.ty, planned, made);
        self.broken.extend(broken);
    }

    async fn replay(
        &mut self,
        token: Token,
        action: &Action,
        private: &[u8],
        made: &Made,
    ) -> Result<(), String> {
        let again = self.apply("apply", token, action, private).await?;
        if self.ask.schema.recorded_only {
            return Ok(());
        }
        let again = again.map(|m| m.attributes).unwrap_or(Value::NULL);
        for path in self.paths(&made.attributes, &again) {
            self.break_(
                "apply",
                &format!("gives another `{path}` when the same operation is sent again"),
            );
        }
        if let Some(many) = self.ask.listed().await.filter(|n| *n != 1) {
            self.break_(
                "apply",
                &format!("sent again made {many} objects out of one"),
            );
        }
        Ok(())
    }

    async fn found(
        &mut self,
        token: Token,
        action: &Action,
        private: &[u8],
        made: &Made,
        begin: Instant,
    ) {
        match self.ask.settle(token, action, private, begin).await {
            FindAnswer::Absent if self.ask.schema.recorded_only => {}
            FindAnswer::Found { made: found, .. } => {
                for path in self.paths(&made.attributes, &found.attributes) {
                    self.break_("find", &format!("gives another `{path}` than create"));
                }
            }
            other => self.break_("find", &format!("of a create that was done: {other:?}")),
        }
    }

    async fn unknown_token(&mut self, planned: &Value) {
        match self
            .ask
            .find(Token::random(), &create(planned), &[], Duration::ZERO)
            .await
        {
            FindAnswer::Absent | FindAnswer::NotYetSure => {}
            other => self.break_(
                "find",
                &format!("of a token that was never used: {other:?}"),
            ),
        }
    }

    /// Where two objects differ, but for what is never recorded.
    fn differences(&self, before: &Value, after: &Value) -> Vec<Difference> {
        let block = &self.ask.schema.block;
        let recorded = |d: &Difference| {
            !d.path
                .first()
                .and_then(|n| block.attribute(n))
                .is_some_and(|a| a.write_only)
        };
        differences(&before.expose(), &after.expose())
            .into_iter()
            .filter(recorded)
            .collect()
    }

    fn paths(&self, before: &Value, after: &Value) -> Vec<AttrPath> {
        self.differences(before, after)
            .into_iter()
            .map(|d| d.path)
            .collect()
    }

    fn break_(&mut self, call: &str, what: &str) {
        let text = self.text(call, what);
        self.broken.push(text);
    }

    fn text(&self, call: &str, what: &str) -> String {
        format!("`{}`: {call} {what}", self.case.ty)
    }
}
