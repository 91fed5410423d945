//! Exit codes: what a script can tell of a run without reading its output.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok,
    /// Something is wrong, or something failed.
    Error,
    /// There is something to change (`plan --detailed-exitcode`).
    Changes,
    /// The saved plan does not fit any more.
    StalePlan,
    /// Somebody else holds the lease.
    LeaseHeld,
    /// Done as far as could be known; later stages remain.
    LaterStages,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Error => 1,
            Exit::Changes => 2,
            Exit::StalePlan => 3,
            Exit::LeaseHeld => 4,
            Exit::LaterStages => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.number())
    }
}

/// The table, for `--help`.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  done
  1  something is wrong, or something failed; the output says what
  2  there is something to change (plan --detailed-exitcode)
  3  the saved plan does not fit any more; nothing was touched
  4  somebody else holds the lease; nothing was touched
  5  this stage is done, later stages remain: run it again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_code() {
        let all = [
            Exit::Ok,
            Exit::Error,
            Exit::Changes,
            Exit::StalePlan,
            Exit::LeaseHeld,
            Exit::LaterStages,
        ];
        for exit in all {
            assert!(
                TABLE.contains(&format!("\n  {}  ", exit.number())),
                "{exit:?}"
            );
        }
    }
}
