//! Patterns of names: `*`, `?`, and `!` before what must not match.

/// Whether one of the patterns matches, and none that is negated does.
pub(super) fn matches_list(patterns: &[String], name: &str) -> bool {
    let mut matched = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(not) if matches(not, name) => return false,
            Some(_) => {}
            None => matched |= matches(pattern, name),
        }
    }
    matched
}

/// Whether a pattern matches the whole of a name. Upper and lower case are the same.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (lower(pattern), lower(name));
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and how far the name was matched when it was met.
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, met)) = star else { return false };
                star = Some((at, met + 1));
                p = at + 1;
                n = met + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

fn lower(text: &str) -> Vec<char> {
    text.chars().map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (patterns, name, expected) in [
            ("web", "web", true),
            ("web", "web1", false),
            ("WEB", "web", true),
            ("web*", "web1", true),
            ("*", "", true),
            ("w?b", "web", true),
            ("w?b", "wb", false),
            ("*.example.org", "a.b.example.org", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
            ("* !db", "web", true),
            ("* !db", "db", false),
            ("!db", "web", false),
            ("a b c", "b", true),
        ] {
            let list: Vec<_> = patterns.split(' ').map(String::from).collect();
            assert_eq!(matches_list(&list, name), expected, "{patterns} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"*a".repeat(2000), &"a".repeat(1999)));
    }
}
