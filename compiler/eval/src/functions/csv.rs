//! `csvdecode`: RFC 4180, the first line naming the columns.

use super::{Answer, Context, Fault, Function, Want, p, text};
use model::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "csvdecode",
    &[p("text", Want::String)],
    Want::Any,
    csvdecode,
)];

fn csvdecode(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut records = records(text(a, 0))?.into_iter();
    let Some((_, names)) = records.next() else {
        return Err(Fault::of(0, "the line that names the columns is missing"));
    };
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(Fault::of(0, "two columns have the same name"));
        }
    }
    let element = Type::object(names.iter().map(|n| (n.as_str(), Type::String)));
    let mut rows = Vec::new();
    for (line, fields) in records {
        if fields.len() != names.len() {
            let message = format!(
                "line {line} has {} fields, not {}",
                fields.len(),
                names.len()
            );
            return Err(Fault::of(0, message));
        }
        let pairs = names
            .iter()
            .map(String::as_str)
            .zip(fields.into_iter().map(Value::from));
        rows.push(Value::object(pairs));
    }
    Ok(Value::list(element, rows))
}

/// The records with the lines that they begin on; empty lines are none.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let mut records = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let begun = line;
        let mut fields = Vec::new();
        loop {
            let (field, behind) = match rest.strip_prefix('"') {
                Some(quoted) => quoted_field(quoted, &mut line)?,
                None => plain_field(rest, line)?,
            };
            fields.push(field);
            rest = behind;
            match rest.strip_prefix(',') {
                Some(behind) => rest = behind,
                None => break,
            }
        }
        let ended = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'));
        match ended {
            Some(behind) => rest = behind,
            None if rest.is_empty() || rest == "\r" => rest = "",
            None => return Err(bad_quote(line)),
        }
        line += 1;
        if fields.iter().any(|f| !f.is_empty()) || fields.len() > 1 {
            records.push((begun, fields));
        }
    }
    Ok(records)
}

fn plain_field(rest: &str, line: usize) -> Result<(String, &str), Fault> {
    let end = rest.find([',', '\n']).unwrap_or(rest.len());
    let field = &rest[..end];
    // A carriage return belongs to the line's end.
    let field = match rest[end..].starts_with(',') {
        true => field,
        false => field.strip_suffix('\r').unwrap_or(field),
    };
    if field.contains('"') {
        return Err(bad_quote(line));
    }
    Ok((field.to_string(), &rest[field.len()..]))
}

fn quoted_field<'a>(quoted: &'a str, line: &mut usize) -> Result<(String, &'a str), Fault> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let Some(end) = rest.find('"') else {
            return Err(Fault::of(
                0,
                format!("a quote in line {line} is never closed"),
            ));
        };
        *line += rest[..end].matches('\n').count();
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(behind) => {
                field.push('"');
                rest = behind;
            }
            None => return Ok((field, rest)),
        }
    }
}

fn bad_quote(line: usize) -> Fault {
    Fault::of(
        0,
        format!("a quote in line {line} stands neither at the start nor at the end"),
    )
    .help("a field with a quote in it stands between quotes, each inner quote doubled")
}
