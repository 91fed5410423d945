//! `check` blocks at the end of a run: their data sources are read again, their assertions
//! decided. What they find wrong is told, and nothing fails by it.

use crate::refused::told;
use crate::run::Run;
use model::{Type, Value, convert};
use plan::{Assertion, CheckBlock, ScopedData, Verdict};
use provider::{DataRequest, ProviderProblem, Severity};
use std::collections::BTreeMap;

impl Run<'_> {
    /// Decides every check of the plan that can be decided by now.
    pub(crate) async fn check_blocks(&mut self) {
        let plan = self.plan;
        for check in &plan.check_blocks {
            if let Some(data) = &check.data
                && let Err(problem) = self.read_scoped(data).await
            {
                let cause = format!("{} could not be read", data.address);
                self.found_wrong(check, problem.detail(cause));
                self.report
                    .checks
                    .push((check.address.clone(), Verdict::Open));
                continue;
            }
            let mut verdict = Verdict::Holds;
            for assertion in &check.assertions {
                verdict = verdict.and(self.assertion(check, assertion));
            }
            self.report.checks.push((check.address.clone(), verdict));
        }
    }

    async fn read_scoped(&mut self, data: &ScopedData) -> Result<(), ProviderProblem> {
        let ty = &**data.address.ty();
        let schema = self.context.schemas.values().find_map(|s| s.data.get(ty));
        let body = self.body(&data.deferred).map_err(|p| p.problem)?;
        let Some(schema) = schema else { return Ok(()) };
        let config = plan::shape(&schema.block, &body)
            .map_err(|e| ProviderProblem::error(format!("a value has a wrong type: {e}")))?;
        let result = plan::propose(&schema.block, &config, None);
        if config.has_unknown() {
            // It hangs on something that did not come about: so do the assertions.
            self.data.insert(data.address.clone(), result);
            return Ok(());
        }
        let connection = self.connection(&data.provider).await?;
        let request = DataRequest {
            ty: ty.to_string(),
            config: config.expose(),
        };
        let answer = connection.data(vec![request]).await.pop();
        let missing = || Err(ProviderProblem::error("the provider gave no answer"));
        let value = answer.unwrap_or_else(missing)?;
        let key = self.context.fingerprints;
        let value = plan::reconcile(&schema.block, Some(&result), &value, key);
        self.data.insert(data.address.clone(), value);
        Ok(())
    }

    fn assertion(&mut self, check: &CheckBlock, assertion: &Assertion) -> Verdict {
        let none = BTreeMap::new();
        let held = match self.evaluate(&assertion.condition, check.scope, &none) {
            Ok(held) => held.expose(),
            Err(problem) => {
                self.found_wrong(check, told(problem).problem);
                return Verdict::Open;
            }
        };
        if held.has_unknown() || held.has_sealed() {
            return Verdict::Open;
        }
        match convert(&held, &Type::Bool) {
            Ok(Value::Bool(true)) => Verdict::Holds,
            Ok(Value::Bool(false)) => {
                let words = self.evaluate(&assertion.error_message, check.scope, &none);
                let said = plan::said(words.as_ref().ok());
                let problem = ProviderProblem::warning(format!("{} does not hold", check.address));
                self.found_wrong(check, problem.detail(said));
                Verdict::Fails
            }
            _ => {
                let problem = ProviderProblem::warning("a condition has to be true or false");
                self.found_wrong(check, problem);
                Verdict::Open
            }
        }
    }

    fn found_wrong(&mut self, check: &CheckBlock, problem: ProviderProblem) {
        let name = check.address.to_string();
        let mut problem = problem;
        if !problem.message.contains(&name) {
            problem = problem.detail(format!("{name} can't be decided"));
        }
        problem.severity = Severity::Warning;
        self.report.warnings.push(problem);
    }
}
