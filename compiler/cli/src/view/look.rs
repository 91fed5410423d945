//! How output should look: colour, width, and whether somebody watches a terminal.

use std::io::IsTerminal;

/// What the receiver of the output can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether colours are welcome.
    pub(crate) colour: bool,
    /// Columns, where lines are to be wrapped; none for a pipe or a file.
    pub(crate) width: Option<usize>,
    /// Whether lines can be drawn anew (progress in place).
    pub(crate) live: bool,
    /// Whether box-drawing characters can be shown.
    pub(crate) unicode: bool,
}

/// What tells how output should look.
pub(crate) struct Signs<'a> {
    /// Whether the stream is a terminal.
    pub(crate) terminal: bool,
    /// Its columns, where it tells.
    pub(crate) columns: Option<usize>,
    /// `--no-color`
    pub(crate) no_color_flag: bool,
    /// The environment.
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
}

/// The narrowest width that lines are wrapped to.
const NARROWEST: usize = 20;

impl Look {
    /// Of standard output.
    pub(crate) fn of_stdout(no_color_flag: bool) -> Look {
        Look::of(std::io::stdout().is_terminal(), no_color_flag)
    }

    /// Of standard error.
    pub(crate) fn of_stderr(no_color_flag: bool) -> Look {
        Look::of(std::io::stderr().is_terminal(), no_color_flag)
    }

    fn of(terminal: bool, no_color_flag: bool) -> Look {
        let size = terminal.then(terminal_size::terminal_size).flatten();
        Look::from_signs(&Signs {
            terminal,
            columns: size.map(|(width, _)| usize::from(width.0)),
            no_color_flag,
            env: &|name| std::env::var(name).ok(),
        })
    }

    /// The rule.
    pub(crate) fn from_signs(signs: &Signs<'_>) -> Look {
        let set = |name| (signs.env)(name).filter(|v| !v.is_empty());
        let dumb = set("TERM").is_some_and(|t| t == "dumb");
        let forced = set("CLICOLOR_FORCE").is_some_and(|v| v != "0");
        let refused = signs.no_color_flag || set("NO_COLOR").is_some();
        let columns = set("COLUMNS").and_then(|c| c.parse().ok());
        let width = match signs.terminal {
            true => Some(signs.columns.or(columns).unwrap_or(80)),
            false => columns,
        };
        Look {
            colour: !refused && (forced || (signs.terminal && !dumb)),
            width: width.map(|w| w.max(NARROWEST)),
            live: signs.terminal && !dumb && set("CI").is_none(),
            unicode: !dumb,
        }
    }

    /// Without colour, at a width.
    #[cfg(test)]
    pub(crate) fn plain(width: usize) -> Look {
        Look {
            colour: false,
            width: Some(width),
            live: false,
            unicode: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(terminal: bool, env: &[(&str, &str)], expected: (bool, Option<usize>, bool)) {
        let env = |name: &str| {
            env.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_string())
        };
        let columns = terminal.then_some(120);
        let signs = Signs {
            terminal,
            columns,
            no_color_flag: false,
            env: &env,
        };
        let look = Look::from_signs(&signs);
        assert_eq!((look.colour, look.width, look.live), expected);
    }

    #[test]
    fn colour_and_width_follow_the_signs() {
        check(true, &[], (true, Some(120), true));
        check(true, &[("NO_COLOR", "1")], (false, Some(120), true));
        check(true, &[("NO_COLOR", "")], (true, Some(120), true));
        check(true, &[("TERM", "dumb")], (false, Some(120), false));
        check(true, &[("CI", "true")], (true, Some(120), false));
        check(false, &[], (false, None, false));
        check(false, &[("COLUMNS", "60")], (false, Some(60), false));
        check(false, &[("COLUMNS", "3")], (false, Some(20), false));
        check(false, &[("CLICOLOR_FORCE", "1")], (true, None, false));
        check(
            false,
            &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
            (false, None, false),
        );
    }
}
