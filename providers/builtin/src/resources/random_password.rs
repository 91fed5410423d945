//! `random_password`: a secret text of given length and kinds of characters.

use super::{Resource, is_new, number, outside, schema, set, unknown_text};
use crate::entropy::Entropy;
use model::{AttrPath, Attribute, BlockSchema, DataSchema, Effect, ResourceSchema, Type, Value};
use provider::{PlanAnswer, PlanRequest, ProviderProblem};
use zeroize::Zeroizing;

pub(super) struct RandomPassword;

const LONGEST: i64 = 65_536;

/// A kind of characters: the switch for it, the least number of it, which they are.
struct Kind {
    switch: &'static str,
    least: &'static str,
    characters: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        switch: "lower",
        least: "min_lower",
        characters: "abcdefghijklmnopqrstuvwxyz",
    },
    Kind {
        switch: "upper",
        least: "min_upper",
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    },
    Kind {
        switch: "numeric",
        least: "min_numeric",
        characters: "0123456789",
    },
    Kind {
        switch: "special",
        least: "min_special",
        characters: "!@#$%&*()-_=+[]{}<>:?",
    },
];

const INPUTS: [&str; 11] = [
    "length",
    "lower",
    "upper",
    "numeric",
    "special",
    "min_lower",
    "min_upper",
    "min_numeric",
    "min_special",
    "override_special",
    "keepers",
];

/// The schema of a password that nobody keeps.
pub(crate) fn ephemeral() -> DataSchema {
    let mut block = RandomPassword.schema().block;
    block
        .attributes
        .retain(|a| !matches!(&*a.name, "keepers" | "id"));
    block.attributes.iter_mut().for_each(|a| a.effects.clear());
    DataSchema {
        doc: "A password from the operating system's random source, another one each time, never recorded.",
        block,
        on: None,
    }
}

/// A password that nobody keeps, of a configuration in which all is known.
pub(crate) fn open(config: &Value) -> Result<Value, ProviderProblem> {
    if let Some(problem) = RandomPassword.validate(config).pop() {
        return Err(problem);
    }
    let result = generate(config, &mut Entropy::default())?;
    Ok(set(config, [("result", Value::string(result.as_str()))]))
}

impl Resource for RandomPassword {
    fn name(&self) -> &'static str {
        "random_password"
    }

    fn schema(&self) -> ResourceSchema {
        let switch = |name, doc| Attribute::new(name, Type::Bool, doc).or(true).replaces();
        let least = |name, doc| Attribute::new(name, Type::Number, doc).or(0).replaces();
        let attributes = vec![
            Attribute::new("length", Type::Number, "How many characters.")
                .required()
                .replaces(),
            switch("lower", "Whether it may hold lower-case letters."),
            switch("upper", "Whether it may hold upper-case letters."),
            switch("numeric", "Whether it may hold digits."),
            switch("special", "Whether it may hold punctuation."),
            least("min_lower", "The least number of lower-case letters."),
            least("min_upper", "The least number of upper-case letters."),
            least("min_numeric", "The least number of digits."),
            least("min_special", "The least number of punctuation characters."),
            Attribute::new(
                "override_special",
                Type::String,
                "The characters that count as punctuation, in place of the usual ones.",
            )
            .replaces(),
            Attribute::new(
                "keepers",
                Type::map(Type::String),
                "Any values; others make a new password.",
            )
            .replaces(),
            Attribute::new(
                "id",
                Type::String,
                "Always `none`: a name would tell of it.",
            )
            .computed(),
            Attribute::new("result", Type::String, "The password.")
                .computed()
                .sensitive()
                .effect(Effect::RotatesSecret),
        ];
        schema(
            "A password from the operating system's random source.",
            BlockSchema {
                attributes,
                blocks: Vec::new(),
            },
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems: Vec<_> = outside(config, "length", 1, LONGEST).into_iter().collect();
        problems.extend(
            KINDS
                .iter()
                .filter_map(|k| outside(config, k.least, 0, LONGEST)),
        );
        if problems.is_empty() {
            problems.extend(contradictions(config));
        }
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if !is_new(request, &INPUTS) {
            return PlanAnswer::default();
        }
        let values = [("id", "none".into()), ("result", unknown_text(true, None))];
        PlanAnswer {
            planned: Some(set(request.proposed, values)),
            ..PlanAnswer::default()
        }
    }

    fn make(&self, planned: &Value, entropy: &mut Entropy) -> Result<Value, ProviderProblem> {
        if !planned.has_unknown() {
            return Ok(planned.clone());
        }
        let plain = planned.expose();
        if let Some(problem) = self.validate(&plain).pop() {
            return Err(problem);
        }
        let result = generate(&plain, entropy)?;
        Ok(set(
            planned,
            [
                ("id", "none".into()),
                ("result", Value::string(result.as_str())),
            ],
        ))
    }

    /// The password itself, taken to hold every kind of characters. It is best handed over in a
    /// sensitive variable: what stands in the configuration is read by many.
    fn import(&self, id: &str) -> Result<Value, ProviderProblem> {
        if id.is_empty() {
            return Err(
                ProviderProblem::error("an empty password can't be imported")
                    .help("give the password itself as the id"),
            );
        }
        let length = i64::try_from(id.chars().count()).unwrap_or(i64::MAX);
        let switches = KINDS.iter().map(|k| (k.switch, Value::Bool(true)));
        let least = KINDS.iter().map(|k| (k.least, Value::int(0)));
        let rest = [
            ("length", Value::int(length)),
            ("override_special", Value::Null(Type::String)),
            ("keepers", Value::Null(Type::map(Type::String))),
            ("id", "none".into()),
            ("result", id.into()),
        ];
        Ok(Value::object(switches.chain(least).chain(rest)))
    }
}

/// Problems of settings that are each fine.
fn contradictions(config: &Value) -> Vec<ProviderProblem> {
    let mut problems = Vec::new();
    // Null stands for the default; what is unknown may still turn out well.
    let off = |name: &str| config.get(name).and_then(Value::as_bool) == Some(false);
    for kind in KINDS.iter().filter(|k| off(k.switch)) {
        if number(config, kind.least).is_some_and(|n| n > 0) {
            problems.push(
                ProviderProblem::error(format!(
                    "`{}` asks for characters that `{} = false` forbids",
                    kind.least, kind.switch
                ))
                .at(AttrPath::name(kind.least)),
            );
        }
    }
    if KINDS.iter().all(|k| off(k.switch)) {
        problems.push(
            ProviderProblem::error("no kind of characters is left for the password")
                .help("leave at least one of `lower`, `upper`, `numeric`, `special` true"),
        );
    }
    let least: i64 = KINDS.iter().filter_map(|k| number(config, k.least)).sum();
    if let Some(length) = number(config, "length").filter(|length| least > *length) {
        problems.push(
            ProviderProblem::error(format!(
                "the least numbers of each kind add up to {least}, but `length` is {length}"
            ))
            .at(AttrPath::name("length")),
        );
    }
    problems
}

fn generate(settings: &Value, entropy: &mut Entropy) -> Result<Zeroizing<String>, ProviderProblem> {
    let length = usize::try_from(number(settings, "length").unwrap_or_default()).unwrap_or(0);
    let mut chosen: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(length));
    let mut all: Vec<char> = Vec::new();
    for kind in &KINDS {
        if settings.get(kind.switch).and_then(Value::as_bool) == Some(false) {
            continue;
        }
        let own = settings.get("override_special").and_then(Value::as_str);
        let own = own.filter(|own| kind.switch == "special" && !own.is_empty());
        let characters: Vec<char> = own.unwrap_or(kind.characters).chars().collect();
        for _ in 0..number(settings, kind.least).unwrap_or_default() {
            chosen.push(pick(&characters, entropy)?);
        }
        all.extend(characters);
    }
    while chosen.len() < length {
        chosen.push(pick(&all, entropy)?);
    }
    // Otherwise the kinds would stand in the order of the settings.
    for i in (1..chosen.len()).rev() {
        let j = entropy.below(u32::try_from(i + 1).unwrap_or(u32::MAX))?;
        chosen.swap(i, j);
    }
    // With all its room from the start: a copy made while it grows would not be wiped.
    let mut text = Zeroizing::new(String::with_capacity(4 * chosen.len()));
    text.extend(chosen.iter());
    Ok(text)
}

fn pick(characters: &[char], entropy: &mut Entropy) -> Result<char, ProviderProblem> {
    let count = u32::try_from(characters.len()).unwrap_or(u32::MAX);
    characters
        .get(if count == 0 { 0 } else { entropy.below(count)? })
        .copied()
        .ok_or_else(|| ProviderProblem::error("no kind of characters is left for the password"))
}
