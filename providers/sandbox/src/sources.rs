//! Where the computer's apt gets Debian from, and by which proxies: machines get it there too.
//! Reads both forms of source lists; entries of other archives are left out.

use crate::run::program;
use std::fs;
use std::path::Path;

const SOURCES: &str = "/etc/apt";
/// What of the computer's apt configuration holds for machines too.
const TAKEN_OVER: [&str; 6] = [
    "Acquire::http::Proxy",
    "Acquire::https::Proxy",
    "Acquire::Retries",
    "Acquire::Check-Valid-Until",
    "Acquire::Check-Date",
    "Acquire::ForceIPv4",
];
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// An archive of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    uri: String,
    suite: String,
    components: String,
    /// The path of the key that signs it.
    signed_by: Option<String>,
    trusted: bool,
}

impl Source {
    /// As a line of a source list.
    pub(crate) fn line(&self) -> String {
        let mut options = Vec::new();
        options.extend(self.signed_by.iter().map(|key| format!("signed-by={key}")));
        options.extend(self.trusted.then(|| "trusted=yes".to_string()));
        let options = match options.is_empty() {
            true => String::new(),
            false => format!("[{}] ", options.join(" ")),
        };
        format!(
            "deb {options}{} {} {}",
            self.uri, self.suite, self.components
        )
    }

    /// A key that is not among those of every Debian.
    pub(crate) fn key(&self) -> Option<&str> {
        self.signed_by.as_deref().filter(|key| *key != KEYRING)
    }
}

/// The computer's archives of a Debian release; Debian's own where it has none.
pub(crate) fn of_release(release: &str) -> Vec<Source> {
    let dir = Path::new(SOURCES);
    let mut files = vec![dir.join("sources.list")];
    let more = crate::files::names(&dir.join("sources.list.d")).unwrap_or_default();
    files.extend(
        more.iter()
            .map(|name| dir.join("sources.list.d").join(name)),
    );
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        match file.extension().and_then(|e| e.to_str()) {
            // A mirror may have put the new form into the old file.
            Some("list") if !text.lines().any(|l| l.starts_with("Types:")) => {
                found.extend(one_line(&text));
            }
            Some("list" | "sources") => found.extend(deb822(&text)),
            _ => {}
        }
    }
    found.retain(|source| is_debian(source, release));
    found.dedup();
    match found.iter().any(|source| source.suite == release) {
        true => found,
        false => standard(release),
    }
}

/// The computer's apt settings for machines, as a configuration file.
pub(crate) fn settings() -> String {
    let dump = program(&["apt-config", "dump"]).run().unwrap_or_default();
    let mut kept: Vec<String> = dump
        .lines()
        .filter(|l| is_taken_over(l))
        .map(String::from)
        .collect();
    for (name, value) in proxies() {
        let setting = match name.to_ascii_lowercase().as_str() {
            "http_proxy" => "Acquire::http::Proxy",
            "https_proxy" => "Acquire::https::Proxy",
            _ => continue,
        };
        if !kept
            .iter()
            .any(|line| line.starts_with(&format!("{setting} ")))
        {
            kept.push(format!("{setting} \"{value}\";"));
        }
    }
    kept.iter().map(|line| format!("{line}\n")).collect()
}

/// The proxies of this process's environment.
pub(crate) fn proxies() -> Vec<(String, String)> {
    let known = |name: &str| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "http_proxy" | "https_proxy" | "no_proxy"
        )
    };
    std::env::vars()
        .filter(|(name, value)| known(name) && !value.is_empty())
        .collect()
}

fn is_taken_over(line: &str) -> bool {
    TAKEN_OVER.iter().any(|name| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|r| r.starts_with(' ') || r.starts_with("::"))
    })
}

fn is_debian(source: &Source, release: &str) -> bool {
    let rest = source.suite.strip_prefix(release);
    rest.is_some_and(|rest| matches!(rest, "" | "-updates" | "-security" | "/updates"))
        && source.components.split_whitespace().any(|c| c == "main")
}

fn standard(release: &str) -> Vec<Source> {
    let source = |uri: &str, suite: String| Source {
        uri: uri.into(),
        suite,
        components: "main".into(),
        signed_by: Some(KEYRING.into()),
        trusted: false,
    };
    vec![
        source("http://deb.debian.org/debian", release.into()),
        source("http://deb.debian.org/debian", format!("{release}-updates")),
        source(
            "http://security.debian.org/debian-security",
            format!("{release}-security"),
        ),
    ]
}

/// The sources of a list with one line each.
fn one_line(text: &str) -> Vec<Source> {
    text.lines().filter_map(one).collect()
}

fn one(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let rest = line.strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace();
    let (uri, suite) = (words.next()?, words.next()?);
    let option = |name: &str| {
        let mut options = options.split_whitespace().filter_map(|o| o.split_once('='));
        options
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.to_string())
    };
    Some(Source {
        uri: uri.into(),
        suite: suite.into(),
        components: words.collect::<Vec<_>>().join(" "),
        signed_by: option("signed-by").filter(|key| key.starts_with('/')),
        trusted: option("trusted").is_some_and(|v| v == "yes"),
    })
}

/// The sources of a list of paragraphs.
fn deb822(text: &str) -> Vec<Source> {
    let text: String = text
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| format!("{l}\n"))
        .collect();
    text.split("\n\n").flat_map(paragraph).collect()
}

fn paragraph(text: &str) -> Vec<Source> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_ascii_lowercase(), value.trim().into()));
        }
    }
    let field = |name: &str| {
        fields
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let off = field("enabled").eq_ignore_ascii_case("no");
    if off || !field("types").split_whitespace().any(|t| t == "deb") {
        return Vec::new();
    }
    let key = Some(field("signed-by")).filter(|key| key.starts_with('/'));
    let source = |uri: &str, suite: &str| Source {
        uri: uri.into(),
        suite: suite.into(),
        components: field("components")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        signed_by: key.map(String::from),
        trusted: field("trusted").eq_ignore_ascii_case("yes"),
    };
    let suites = || field("suites").split_whitespace();
    let uris = field("uris").split_whitespace();
    uris.flat_map(|uri| suites().map(move |suite| source(uri, suite)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sources: &[Source], expected: &[&str]) {
        let lines: Vec<_> = sources.iter().map(Source::line).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn reads_lines() {
        let text = "# deb http://x y z\ndeb-src http://a b main\n\
                    deb [arch=amd64 signed-by=/k.gpg] http://a/debian bookworm main contrib # c\n\
                    deb http://b bookworm-updates main\n";
        check(
            &one_line(text),
            &[
                "deb [signed-by=/k.gpg] http://a/debian bookworm main contrib",
                "deb http://b bookworm-updates main",
            ],
        );
    }

    #[test]
    fn reads_paragraphs() {
        let text = "Types: deb deb-src\n# a remark\nURIs: http://a\nSuites: bookworm\n \
                    bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n\n\
                    Types: deb-src\nURIs: http://b\nSuites: c\nComponents: main\n\n\
                    Enabled: no\nTypes: deb\nURIs: http://d\nSuites: e\nComponents: main\n";
        check(
            &deb822(text),
            &[
                "deb [signed-by=/k.gpg] http://a bookworm main",
                "deb [signed-by=/k.gpg] http://a bookworm-updates main",
            ],
        );
    }

    #[test]
    fn other_archives_are_left_out() {
        let keep = |line: &str| is_debian(&one(line).unwrap(), "bookworm");
        assert!(keep("deb http://m/debian bookworm main"));
        assert!(keep("deb http://m/debian bookworm-security main"));
        assert!(!keep(
            "deb https://download.docker.com/linux/debian bookworm stable"
        ));
        assert!(!keep(
            "deb http://apt.postgresql.org/pub/repos/apt bookworm-pgdg main"
        ));
        assert!(!keep("deb http://m/debian trixie main"));
    }

    #[test]
    fn only_some_settings_are_taken_over() {
        assert!(is_taken_over("Acquire::http::Proxy \"http://p:3128\";"));
        assert!(is_taken_over(
            "Acquire::http::Proxy::deb.debian.org \"DIRECT\";"
        ));
        assert!(!is_taken_over("Acquire::http::ProxyX \"\";"));
        assert!(!is_taken_over("DPkg::Post-Invoke \"rm -rf /\";"));
    }
}
