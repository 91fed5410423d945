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

    /// The shells that hosts may have behind `/bin/sh`; of these the ones that are here.
    fn shells() -> Vec<Vec<&'static str>> {
        let all = [
            vec!["/bin/sh"],
            vec!["dash"],
            vec!["bash", "--posix"],
            vec!["bash"],
            vec!["busybox", "sh"],
            vec!["mksh"],
            vec!["ksh"],
        ];
        let there = |words: &Vec<&str>| {
            let tried = Command::new(words[0])
                .args(&words[1..])
                .args(["-c", ":"])
                .status();
            tried.is_ok_and(|s| s.success())
        };
        all.into_iter().filter(there).collect()
    }

    /// What a real shell makes of a program on its standard input.
    fn through(shell: &[&str], program: &str) -> Vec<u8> {
        let mut shell = Command::new(shell[0])
            .args(&shell[1..])
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = shell.stdin.take().unwrap();
        stdin.write_all(program.as_bytes()).unwrap();
        drop(stdin);
        shell.wait_with_output().unwrap().stdout
    }

    /// As the runner uses words: arguments in the middle of a function, and values of variables.
    fn check(words: &[String]) {
        let expected: Vec<u8> = words
            .iter()
            .flat_map(|w| w.bytes().chain([0]).collect::<Vec<_>>())
            .collect();
        let quoted: Vec<_> = words.iter().map(|w| quote(w)).collect();
        let show = "show() { for w in \"$@\"; do printf '%s\\0' \"$w\"; done; }\n";
        let arguments = format!("{show}main() {{\nshow {}\n}}\nmain\n", quoted.join(" "));
        let set = |(i, word): (usize, &String)| format!("V{i}={word}\nshow \"$V{i}\"\n");
        let values: String = quoted.iter().enumerate().map(set).collect();
        let values = format!("{show}main() {{\n{values}}}\nmain\n");
        for shell in shells() {
            for program in [&arguments, &values] {
                assert_eq!(through(&shell, program), expected, "{shell:?}: {words:?}");
            }
        }
    }

    #[test]
    fn every_byte_but_nul_arrives_as_it_was() {
        // A text can't hold single bytes from 0x80 on; as parts of characters it can hold most.
        let plain: Vec<String> = (1..=0x7f_u8).map(|b| char::from(b).to_string()).collect();
        check(&plain);
        check(
            &plain
                .iter()
                .map(|c| format!("a{c}{c}b{c}"))
                .collect::<Vec<_>>(),
        );
        check(&[plain.concat()]);
        let wide = ('\u{80}'..='\u{7ff}').chain(['\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{ffff}']);
        check(&[wide.chain(['\u{10000}', '\u{10ffff}']).collect()]);
    }

    #[test]
    fn a_nul_is_left_out_and_changes_nothing_else() {
        assert_eq!(quote("a\0'b"), quote("a'b"));
    }

    #[test]
    fn a_long_word_arrives_as_it_was() {
        check(&["it's $(long) \n".repeat(20_000)]);
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
            "-e",
            "-",
            "--help",
            "+x",
            "\\\n",
            "\n'\n",
            "\r",
            "EOF",
            "}",
            "esac",
            "done",
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
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
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
