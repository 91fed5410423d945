//! Patterns of paths: `*`, `**`, `?`, `[a-z]`, `{a,b}`. It touches no file.

/// A pattern, its alternatives spelt out.
pub(crate) struct Pattern {
    alternatives: Vec<Vec<char>>,
}

/// More alternatives than this are refused.
const MAX_ALTERNATIVES: usize = 1024;

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn new(text: &str) -> Result<Pattern, String> {
        let mut alternatives = Vec::new();
        spell_out(text, &mut alternatives)?;
        let alternatives = alternatives
            .iter()
            .map(|a| a.trim_start_matches("./").chars().collect())
            .collect();
        Ok(Pattern { alternatives })
    }

    /// Whether a path, without a leading slash, is of the pattern.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        self.alternatives.iter().any(|a| matches(a, &path))
    }
}

fn spell_out(text: &str, out: &mut Vec<String>) -> Result<(), String> {
    let Some(open) = text.find('{') else {
        out.push(text.to_string());
        return match out.len() > MAX_ALTERNATIVES {
            true => Err("the pattern has too many alternatives".into()),
            false => Ok(()),
        };
    };
    let mut depth = 0;
    let mut begins = vec![open + 1];
    for (i, c) in text.char_indices().skip_while(|(i, _)| *i < open) {
        match c {
            '{' => depth += 1,
            ',' if depth == 1 => begins.push(i + 1),
            '}' if depth == 1 => {
                begins.push(i + 1);
                for pair in begins.windows(2) {
                    let choice = &text[pair[0]..pair[1] - 1];
                    spell_out(&format!("{}{choice}{}", &text[..open], &text[i + 1..]), out)?;
                }
                return Ok(());
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    Err("a `{` in the pattern is never closed".into())
}

/// Goes back to the last star where a try fails, and so takes at most pattern × path steps for
/// each of the two kinds of stars.
fn matches(pattern: &[char], path: &[char]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            matches(rest, path)
                || path
                    .iter()
                    .enumerate()
                    .any(|(i, c)| *c == '/' && matches(rest, &path[i + 1..]))
        }
        ['*', '*'] => true,
        ['*', rest @ ..] => {
            let end = path.iter().position(|c| *c == '/').unwrap_or(path.len());
            (0..=end).any(|i| matches(rest, &path[i..]))
        }
        ['?', rest @ ..] => matches!(path, [c, tail @ ..] if *c != '/' && matches(rest, tail)),
        ['[', rest @ ..] => class(rest, path),
        ['\\', c, rest @ ..] | [c, rest @ ..] => {
            matches!(path, [p, tail @ ..] if p == c && matches(rest, tail))
        }
    }
}

fn class(pattern: &[char], path: &[char]) -> bool {
    let Some(end) = pattern
        .iter()
        .skip(1)
        .position(|c| *c == ']')
        .map(|i| i + 1)
    else {
        return false;
    };
    let (members, rest) = (&pattern[..end], &pattern[end + 1..]);
    let [c, tail @ ..] = path else { return false };
    let (negated, members) = match members {
        ['^' | '!', members @ ..] => (true, members),
        members => (false, members),
    };
    let mut found = false;
    let mut i = 0;
    while i < members.len() {
        if i + 2 < members.len() && members[i + 1] == '-' {
            found |= (members[i]..=members[i + 2]).contains(c);
            i += 3;
        } else {
            found |= members[i] == *c;
            i += 1;
        }
    }
    *c != '/' && found != negated && matches(rest, tail)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let compiled = Pattern::new(pattern).unwrap();
        yes.iter()
            .for_each(|p| assert!(compiled.matches(p), "{pattern} {p}"));
        no.iter()
            .for_each(|p| assert!(!compiled.matches(p), "{pattern} {p}"));
    }

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        check("*.txt", &["a.txt", ".txt"], &["a/b.txt", "a.md"]);
        check("**/*.txt", &["a.txt", "a/b.txt", "a/b/c.txt"], &["a.md"]);
        check("a/**", &["a/b", "a/b/c"], &["b/a"]);
        check("{a,b}?.[a-c]", &["ax.a", "bx.c"], &["cx.a", "ax.d", "a.a"]);
        check("[^a]", &["b"], &["a"]);
    }

    #[test]
    fn an_open_brace_is_refused() {
        assert!(Pattern::new("{a,b").is_err());
    }
}
