//! What a `rollout` block says, with what stands in where it says nothing.

use crate::pass::Pass;
use config::Rollout as Block;
use diagnostics::Problem;
use model::Value;
use plan::{Begins, Rollout, Strategy};
use std::sync::Arc;

impl Pass<'_> {
    pub(super) fn settings(&mut self, block: &Block, body: &Value) -> Option<Rollout> {
        let mut refused = None;
        let mut refuse = |name: &str, why: String| {
            refused.get_or_insert((name.to_string(), why));
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_string);
        let strategy = match text("strategy").as_deref() {
            None | Some("rolling") => Strategy::Rolling,
            Some("blue_green") => Strategy::BlueGreen,
            Some("canary") => Strategy::Canary,
            Some("all_at_once") => Strategy::AllAtOnce,
            Some(other) => {
                refuse(
                    "strategy",
                    format!("{other:?} is none of rolling, blue_green, canary, all_at_once"),
                );
                Strategy::Rolling
            }
        };
        let mut count = |name: &str, otherwise: usize| match body.get(name) {
            None | Some(Value::Null(_)) => otherwise,
            Some(value) => match value.as_i64().and_then(|i| usize::try_from(i).ok()) {
                Some(count) => count,
                None => {
                    refuse(
                        name,
                        format!("is {}, not a whole number", model::show(value)),
                    );
                    otherwise
                }
            },
        };
        let canary = count("canary", usize::from(strategy == Strategy::Canary));
        let max_parallel = count("max_parallel", 1).max(1);
        let mut duration = |name: &str, otherwise: u64| match text(name) {
            None => otherwise,
            Some(text) => duration_ms(&text).unwrap_or_else(|| {
                refuse(
                    name,
                    format!("{text:?} is no duration: write \"30s\", \"5m\" or \"1h\""),
                );
                otherwise
            }),
        };
        let (min_healthy_ms, healthy_deadline_ms, progress_deadline_ms) = (
            duration("min_healthy_time", 10_000),
            duration("healthy_deadline", 300_000),
            duration("progress_deadline", 600_000),
        );
        let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
        if refused.is_none() {
            refused = too_short(min_healthy_ms, healthy_deadline_ms, progress_deadline_ms);
        }
        if let Some((name, why)) = refused {
            let span = crate::loads::item_span(&block.body, &name).unwrap_or(block.span);
            let problem = Problem::error("LF0325", format!("`{name}` of the rollout is refused"));
            self.sink.push(problem.at(span, why));
            return None;
        }
        Some(Rollout {
            strategy,
            max_parallel,
            min_healthy_ms,
            healthy_deadline_ms,
            progress_deadline_ms,
            canary: match strategy {
                Strategy::BlueGreen => 0,
                _ => canary,
            },
            auto_promote: flag("auto_promote"),
            auto_revert: flag("auto_revert"),
            gate: text("gate").map(Arc::from),
            ..Rollout::bare("".into(), Begins::Anew)
        })
    }
}

/// A time that another one leaves no room for, with why.
fn too_short(healthy: u64, deadline: u64, progress: u64) -> Option<(String, String)> {
    if healthy >= deadline {
        let why = "is not longer than `min_healthy_time`: nothing could become healthy in it";
        return Some(("healthy_deadline".into(), why.into()));
    }
    if progress > 0 && deadline >= progress {
        let why =
            "is not longer than `healthy_deadline` (10m where it is not written, 0s for none)";
        return Some(("progress_deadline".into(), why.into()));
    }
    None
}

/// `30s`, `5m`, `1h30m` in ms.
pub(crate) fn duration_ms(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let units = [
            ("ms", 1),
            ("s", 1000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ];
        let (unit, factor) = units.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[unit.len()..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::duration_ms;

    #[test]
    fn durations() {
        for (text, ms) in [("30s", 30_000), ("1h30m", 5_400_000), ("250ms", 250)] {
            assert_eq!(duration_ms(text), Some(ms), "{text}");
        }
        for text in ["", "30", "s", "1x", "-1s"] {
            assert_eq!(duration_ms(text), None, "{text}");
        }
    }
}
