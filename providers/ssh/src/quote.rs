//! The one function through which everything passes that reaches a shell.

/// The text as one word of a POSIX shell, whatever is in it.
///
/// A NUL byte cannot be part of any word and is left out; what is configured is checked for
/// control characters long before.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\0' => {}
            '\'' => quoted.push_str("'\\''"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What a real shell makes of the words, given to it as a program.
    fn through_shell(words: &[String]) -> Vec<u8> {
        let quoted: Vec<_> = words.iter().map(|w| quote(w)).collect();
        let program = format!("printf '%s\\0' {}\n", quoted.join(" "));
        let mut shell = Command::new("/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        shell
            .stdin
            .take()
            .unwrap()
            .write_all(program.as_bytes())
            .unwrap();
        shell.wait_with_output().unwrap().stdout
    }

    fn check(words: &[String]) {
        let expected: Vec<u8> = words
            .iter()
            .flat_map(|w| w.bytes().chain([0]).collect::<Vec<_>>())
            .collect();
        assert_eq!(through_shell(words), expected, "{words:?}");
    }

    #[test]
    fn the_usual_suspects() {
        let words = [
            "",
            "a b",
            "'",
            "''",
            "'\\''",
            "\\",
            "\"",
            "$HOME",
            "$(id)",
            "`id`",
            "*",
            "~",
            "!!",
            "a\nb",
            "\n",
            "\t",
            "-n",
            "--",
            "#x",
            ";id",
            "&",
            "|",
            ">x",
            "%s",
            "\\0",
            "\r\n",
            "é",
            "\u{1f600}",
            "\u{7f}",
            "\u{1b}[31m",
            "=",
            "a=b",
            "{a,b}",
            "\\'",
            "'; id; '",
        ];
        check(&words.map(String::from));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_text_arrives_as_it_was(words in prop::collection::vec("[^\\x00]{0,40}", 1..6)) {
            check(&words);
        }

        #[test]
        fn any_mix_of_special_characters_arrives_as_it_was(
            words in prop::collection::vec("['\"\\\\$`(){}\\[\\]*?;&|<>#~! \n\tab=%-]{0,30}", 1..6)
        ) {
            check(&words);
        }
    }
}
