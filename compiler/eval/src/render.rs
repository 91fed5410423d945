//! Files for hosts: minijinja templates, with secret ranges kept exact where that can be told.

mod bounds;
mod jinja;

use crate::marks;
use diagnostics::Problem;
use jinja::{plain, problem};
use model::{Fingerprint, Mixed, Part, Secret, Type, Value};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// How many texts are tried in a secret's place before the whole is taken for one secret.
const MAX_TRIALS: usize = 256;

/// The text of a template, with an object or a map of variables. `path` names it in messages.
///
/// A secret that is only written out is a secret range of the result. Where the template looks
/// into one (a filter, a condition), the whole result is one secret.
///
/// # Errors
/// Where the template is wrong, names what is not there, or does not come to an end.
pub fn render(path: &str, text: &str, vars: &Value) -> Result<Value, Problem> {
    if vars.has_unknown() {
        let unknown = marks::unknown(Type::String, &[vars]).not_null();
        return Ok(Value::Unknown(Arc::new(unknown)));
    }
    if !vars.has_secret() {
        return plain(path, text, vars)
            .map(Value::from)
            .map_err(|e| problem(path, text, &e, false));
    }
    let holes = Holes::of(vars);
    if let Some(parts) = holes.parts(path, text, vars) {
        return Ok(Mixed::join(parts));
    }
    whole(path, text, vars)
}

/// One secret, rendered with the real values where they are at hand.
fn whole(path: &str, text: &str, vars: &Value) -> Result<Value, Problem> {
    let inputs = [
        Fingerprint::of(&Value::string(text)),
        marks::fingerprint(vars),
    ];
    let fingerprint = Fingerprint::derive("render", &inputs);
    let open = vars.expose();
    let mut secret = match open.has_sealed() {
        true => Secret::sealed(fingerprint, Type::String),
        false => {
            let text = plain(path, text, &open).map_err(|e| problem(path, text, &e, true))?;
            Secret::open(fingerprint, text.into())
        }
    };
    secret.ephemeral = marks::is_ephemeral(vars);
    Ok(Value::Secret(Arc::new(secret)))
}

/// The secret scalars of the variables, in the order in which they stand there.
struct Holes {
    secrets: Vec<Vec<Part>>,
    /// Whether each is such that a text may stand in for it.
    fillable: bool,
}

impl Holes {
    fn of(vars: &Value) -> Holes {
        let mut holes = Holes {
            secrets: Vec::new(),
            fillable: true,
        };
        vars.rewrite(&mut |value| {
            match value {
                Value::Mixed(mixed) => holes.secrets.push(mixed.parts().to_vec()),
                Value::Secret(secret) if secret.ty.is_primitive() => {
                    holes.secrets.push(vec![Part::Secret(secret.clone())]);
                }
                Value::Secret(_) => holes.fillable = false,
                _ => return None,
            }
            Some(Value::NULL)
        });
        holes
    }

    /// The result's pieces; none where the template does more with a secret than write it out.
    fn parts(&self, path: &str, text: &str, vars: &Value) -> Option<Vec<Part>> {
        if !self.fillable {
            return None;
        }
        let names: Vec<String> = (0..self.secrets.len())
            .map(|i| format!("{}x{i}x", unguessable()))
            .collect();
        let rendered = plain(path, text, &fill(vars, &mut names.iter().cloned())).ok()?;
        let pieces = cut(&rendered, &names);
        // Whatever stands in for the secrets, the text around them must stay the same.
        let trials = trials(text, vars, names.len())?;
        for trial in trials {
            let filled = fill(vars, &mut trial.iter().cloned());
            let expected: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Hole(i) => trial[*i].as_str(),
                })
                .collect();
            if plain(path, text, &filled).ok()? != expected {
                return None;
            }
        }
        Some(self.assemble(pieces))
    }

    fn assemble(&self, pieces: Vec<Piece>) -> Vec<Part> {
        pieces
            .into_iter()
            .flat_map(|piece| match piece {
                Piece::Text(text) => vec![Part::Text(text.into())],
                Piece::Hole(i) => self.secrets[i].clone(),
            })
            .collect()
    }
}

enum Piece {
    Text(String),
    Hole(usize),
}

fn cut(rendered: &str, names: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = rendered;
    loop {
        let next = names
            .iter()
            .enumerate()
            .filter_map(|(i, name)| rest.find(name.as_str()).map(|at| (at, i)))
            .min();
        let Some((at, i)) = next else {
            pieces.push(Piece::Text(rest.to_string()));
            return pieces;
        };
        pieces.push(Piece::Text(rest[..at].to_string()));
        pieces.push(Piece::Hole(i));
        rest = &rest[at + names[i].len()..];
    }
}

fn fill(vars: &Value, texts: &mut dyn Iterator<Item = String>) -> Value {
    vars.rewrite(&mut |value| match value {
        Value::Secret(_) | Value::Mixed(_) => Some(texts.next().map_or(Value::NULL, Value::from)),
        _ => None,
    })
}

/// What to put in the secrets' places: texts that any filter would change, that a condition could
/// ask for, and equal ones.
fn trials(text: &str, vars: &Value, holes: usize) -> Option<Vec<Vec<String>>> {
    let mut candidates: BTreeSet<String> = literals(text);
    collect_strings(vars, &mut candidates);
    candidates.insert(String::new());
    if candidates.len() > MAX_TRIALS {
        return None;
    }
    let all_same = candidates.into_iter().map(|c| vec![c; holes]);
    let odd = |i: usize| format!(" <{}&\"'\\É\n1 {i} ", unguessable());
    let different = std::iter::once((0..holes).map(odd).collect());
    Some(different.chain(all_same).collect())
}

/// All that stands between quotes in a template, and all numbers and words in it.
fn literals(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for code in code_parts(text) {
        for quote in ['"', '\''] {
            found.extend(code.split(quote).skip(1).step_by(2).map(String::from));
        }
        let words = code.split(|c: char| !c.is_alphanumeric() && c != '.');
        found.extend(
            words
                .filter(|w| w.starts_with(|c: char| c.is_ascii_digit()))
                .map(String::from),
        );
    }
    found
}

fn code_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let close = match rest.as_bytes().first() {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => continue,
        };
        let end = rest.find(close).unwrap_or(rest.len());
        parts.push(&rest[1..end.max(1)]);
        rest = &rest[end..];
    }
    parts
}

fn collect_strings(value: &Value, found: &mut BTreeSet<String>) {
    if found.len() > MAX_TRIALS {
        return;
    }
    match value {
        Value::String(s) => drop(found.insert(s.to_string())),
        Value::Number(n) => drop(found.insert(n.to_string())),
        other => other
            .children()
            .for_each(|child| collect_strings(child, found)),
    }
}

/// A word that no template can hold by chance or on purpose.
fn unguessable() -> String {
    let random = || RandomState::new().hash_one(0u8);
    format!("s{:016x}{:016x}", random(), random())
}
