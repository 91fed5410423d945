//! A whole plan on disk: a line that says how many there are of what, a line for each step, each
//! thing it rests on and each thing found changed, and a last one for the rest. So neither
//! reading nor writing holds a second tree of the whole.

use super::arena::Exprs;
use super::check_block::{EncodedCheckBlock, decode_check_block, encode_check_block};
use super::check_block::{EncodedData, decode_data, encode_data};
use super::condition::{EncodedCheck, decode_check, encode_check};
use super::context::{Bounds, Reading, Writing};
use super::expr::EncodedNode;
use super::header::{EncodedHeader, decode_header, encode_header};
use super::parts::{
    EncodedLater, EncodedLeftOut, EncodedOutputChange, EncodedProviderUse, EncodedSettling,
};
use super::parts::{
    decode_later, decode_left_out, decode_output, decode_provider, decode_settling,
};
use super::parts::{
    encode_later, encode_left_out, encode_output, encode_provider, encode_settling,
};
use super::rests::{
    EncodedMoved, decode_drift, decode_moved, decode_rests, encode_drift, encode_moved,
    encode_rests,
};
use super::rollout::{EncodedRollout, decode_rollout, encode_rollout};
use super::scope::{EncodedScope, decode_scope, encode_scope};
use super::step::{decode_step, encode_step};
use crate::encoding::Unreadable;
use crate::{Plan, Scopes, Unread};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{
    Decoder, EncodedValue, EncodingError, SecretsIn, SecretsOut, Text, check_depth,
};
use std::collections::BTreeMap;

/// Content of files by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// How many lines there are of each kind; beside the version, in the first line.
#[derive(Serialize, Deserialize)]
struct Counts {
    landfall_plan: u32,
    steps: usize,
    rests: usize,
    refreshed: usize,
}

/// The last line.
#[derive(Serialize, Deserialize)]
struct Tail<'a> {
    #[serde(borrow)]
    header: EncodedHeader<'a>,
    moved: Vec<EncodedMoved<'a>>,
    outputs: Vec<EncodedOutputChange<'a>>,
    scopes: Vec<EncodedScope<'a>>,
    data: Vec<(Text<'a>, EncodedValue<'a>)>,
    providers: Vec<EncodedProviderUse<'a>>,
    later: Vec<EncodedLater<'a>>,
    /// Of plans that leave nothing out, not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<EncodedLeftOut<'a>>,
    rollouts: Vec<EncodedRollout<'a>>,
    settling: Vec<EncodedSettling<'a>>,
    checks: Vec<EncodedCheck<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    check_blocks: Vec<EncodedCheckBlock<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ephemerals: Vec<EncodedData<'a>>,
    unread_objects: usize,
    unread_attributes: usize,
    files: Vec<(Text<'a>, Text<'a>)>,
    exprs: Vec<EncodedNode<'a>>,
}

/// The plan and the files as bytes, and the values of the secrets.
pub(crate) fn encode_plan(
    plan: &Plan,
    files: &Files,
) -> Result<(Vec<u8>, SecretsOut), EncodingError> {
    let mut writing = Writing::default();
    let mut bytes = Vec::with_capacity(1024 + 512 * plan.steps.len());
    let counts = Counts {
        landfall_plan: crate::encoding::VERSION,
        steps: plan.steps.len(),
        rests: plan.rests.len(),
        refreshed: plan.refreshed.len(),
    };
    line(&mut bytes, &counts)?;
    for step in &plan.steps {
        line(&mut bytes, &encode_step(step, &mut writing))?;
    }
    for rests in &plan.rests {
        line(&mut bytes, &encode_rests(rests, &mut writing))?;
    }
    for drift in &plan.refreshed {
        line(&mut bytes, &encode_drift(drift, &mut writing))?;
    }
    let (tail, secrets) = encode_tail(plan, files, writing)?;
    line(&mut bytes, &tail)?;
    bytes.pop();
    check_depth(&bytes)?;
    Ok((bytes, secrets))
}

/// The plan and the files of these bytes.
pub(crate) fn decode_plan(body: &[u8], secrets: &SecretsIn) -> Result<(Plan, Files), Unreadable> {
    let lines: Vec<&[u8]> = body.split(|b| *b == b'\n').collect();
    let counts: Counts = read(&lines, 0)?;
    let expected = [counts.steps, counts.rests, counts.refreshed]
        .into_iter()
        .try_fold(2usize, usize::checked_add);
    match expected {
        Some(expected) if expected == lines.len() => {}
        Some(expected) if expected < lines.len() => {
            return Err(Unreadable::Damaged("there is more behind its end".into()));
        }
        _ => return Err(Unreadable::CutShort),
    }
    let tail: Tail<'_> = read(&lines, lines.len() - 1)?;
    let mut names = Decoder::new(secrets);
    let mut reading = Reading {
        exprs: Exprs::decode(&tail.exprs, &mut names)?,
        names,
        bounds: Bounds {
            steps: counts.steps,
            scopes: tail.scopes.len(),
            rollouts: tail.rollouts.len(),
        },
    };
    let mut plan = decode_tail(&tail, &mut reading)?;
    let (rests, refreshed) = (1 + counts.steps, 1 + counts.steps + counts.rests);
    for at in 1..rests {
        plan.steps
            .push(decode_step(&read(&lines, at)?, &mut reading)?);
    }
    for at in rests..refreshed {
        plan.rests
            .push(decode_rests(&read(&lines, at)?, &mut reading)?);
    }
    for at in refreshed..lines.len() - 1 {
        plan.refreshed
            .push(decode_drift(&read(&lines, at)?, &mut reading)?);
    }
    let files: Result<Files, EncodingError> = tail
        .files
        .iter()
        .map(|(path, content)| Ok((path.0.to_string(), content.bytes()?)))
        .collect();
    Ok((plan, files?))
}

fn line(bytes: &mut Vec<u8>, what: &impl Serialize) -> Result<(), EncodingError> {
    serde_json::to_writer(&mut *bytes, what)?;
    bytes.push(b'\n');
    Ok(())
}

fn read<'a, T: Deserialize<'a>>(lines: &[&'a [u8]], at: usize) -> Result<T, Unreadable> {
    let line = lines.get(at).copied().unwrap_or_default();
    serde_json::from_slice(line).map_err(|error| match error.is_eof() {
        true => Unreadable::CutShort,
        // Only the place: the words may quote what they stumbled over.
        false => Unreadable::Damaged(format!(
            "line {}, column {} is not what belongs there",
            at + 1,
            error.column()
        )),
    })
}

fn encode_tail<'a>(
    plan: &'a Plan,
    files: &'a Files,
    mut writing: Writing<'a>,
) -> Result<(Tail<'a>, SecretsOut), EncodingError> {
    let w = &mut writing;
    let settling: Result<_, _> = plan.settling.iter().map(encode_settling).collect();
    let moved = plan.moved.iter();
    let files = files.iter();
    let data = plan.scopes.data.iter();
    let mut tail = Tail {
        header: encode_header(&plan.header),
        moved: moved.map(|m| encode_moved(m, w)).collect(),
        outputs: plan.outputs.iter().map(|o| encode_output(o, w)).collect(),
        scopes: plan
            .scopes
            .modules
            .iter()
            .map(|m| encode_scope(m, w))
            .collect(),
        data: data
            .map(|(address, value)| (address.to_string().into(), w.value(value)))
            .collect(),
        providers: plan
            .providers
            .iter()
            .map(|p| encode_provider(p, w))
            .collect(),
        later: plan.later.iter().map(encode_later).collect(),
        left_out: plan.left_out.iter().map(encode_left_out).collect(),
        rollouts: plan.rollouts.iter().map(encode_rollout).collect(),
        settling: settling?,
        checks: plan.checks.iter().map(|c| encode_check(c, w)).collect(),
        ephemerals: plan.ephemerals.iter().map(|e| encode_data(e, w)).collect(),
        check_blocks: plan
            .check_blocks
            .iter()
            .map(|c| encode_check_block(c, w))
            .collect(),
        unread_objects: plan.unread.objects,
        unread_attributes: plan.unread.attributes,
        files: files
            .map(|(path, content)| (path.as_str().into(), Text::of_bytes(content)))
            .collect(),
        exprs: Vec::new(),
    };
    // Last, since all before adds to it.
    tail.exprs = writing.exprs.finish()?;
    Ok((tail, writing.secrets))
}

/// All of a plan but what has lines of its own.
fn decode_tail(tail: &Tail<'_>, reading: &mut Reading<'_>) -> Result<Plan, EncodingError> {
    let mut plan = Plan {
        header: decode_header(&tail.header, &mut reading.names)?,
        later: tail.later.iter().map(decode_later).collect(),
        unread: Unread {
            objects: tail.unread_objects,
            attributes: tail.unread_attributes,
        },
        scopes: decode_scopes(tail, reading)?,
        ..Plan::default()
    };
    for moved in &tail.moved {
        plan.moved.push(decode_moved(moved, reading)?);
    }
    for output in &tail.outputs {
        let (name, output) = decode_output(output, reading)?;
        plan.outputs.insert(name, output);
    }
    for used in &tail.providers {
        let (key, used) = decode_provider(used, reading)?;
        plan.providers.insert(key, used);
    }
    for left in &tail.left_out {
        plan.left_out.push(decode_left_out(left, reading)?);
    }
    for rollout in &tail.rollouts {
        plan.rollouts.push(decode_rollout(rollout, reading)?);
    }
    for settling in &tail.settling {
        plan.settling.push(decode_settling(settling, reading)?);
    }
    for check in &tail.checks {
        plan.checks.push(decode_check(check, reading)?);
    }
    for ephemeral in &tail.ephemerals {
        plan.ephemerals.push(decode_data(ephemeral, reading)?);
    }
    for check in &tail.check_blocks {
        plan.check_blocks.push(decode_check_block(check, reading)?);
    }
    Ok(plan)
}

fn decode_scopes(tail: &Tail<'_>, reading: &mut Reading<'_>) -> Result<Scopes, EncodingError> {
    let mut scopes = Scopes::default();
    for scope in &tail.scopes {
        scopes.modules.push(decode_scope(scope, reading)?);
    }
    for (address, value) in &tail.data {
        let value = reading.value(value)?;
        scopes.data.insert(reading.names.address(address)?, value);
    }
    Ok(scopes)
}
