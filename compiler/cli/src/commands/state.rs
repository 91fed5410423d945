//! `landfall state`: its commands' arguments.

mod calls;
mod history;
mod keys;
mod run;
mod settle;

use super::options::EnvironmentArg;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(crate) use run::run;

/// Look at the state, and mend it by hand
#[derive(Clone, Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// List the addresses of all objects
    ///
    /// One a line; what is tainted or deposed says so. It changes nothing.
    ///
    /// Example:
    ///   landfall state list production
    #[command(verbatim_doc_comment)]
    List {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Show all that is recorded of one object
    ///
    /// Sensitive values are hidden unless --reveal is given and your keys open them.
    ///
    /// Example:
    ///   landfall state show 'ssh_file.motd["web-1"]'
    #[command(verbatim_doc_comment)]
    Show {
        /// The object
        address: String,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Show sensitive values in clear
        #[arg(long)]
        reveal: bool,
    },
    /// Print the whole state as JSON
    ///
    /// Sensitive values stay sealed unless --reveal is given. What `pull` prints, `push` takes.
    ///
    /// Example:
    ///   landfall state pull production > state.json
    #[command(verbatim_doc_comment)]
    Pull {
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Print sensitive values in clear
        #[arg(long)]
        reveal: bool,
    },
    /// Replace the recorded objects by those of a file that `pull` printed
    ///
    /// The log goes on: the old state stays in the history. Refused where the file is of another
    /// lineage, or of a state older than the present one (unless --force says that this is meant).
    ///
    /// Example:
    ///   landfall state push state.json production
    #[command(verbatim_doc_comment)]
    Push {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Also where the state has moved on since the file was made
        #[arg(long)]
        force: bool,
    },
    /// Show who did what, command by command
    ///
    /// The log of the state, the newest last: who held the lease, for which command, and what it
    /// changed. It changes nothing.
    ///
    /// Example:
    ///   landfall state history production --last 20
    #[command(verbatim_doc_comment)]
    History {
        #[command(flatten)]
        environment: EnvironmentArg,
        /// Only that many of the last commands
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
    /// Drop objects from the state and leave them where they are
    ///
    /// What was dropped still exists and is nobody's. The call of a module or of a kind means all
    /// in it. An argument with a dot or a bracket is an address, one without is the environment.
    /// Usually a `removed` block is better: it is reviewed.
    ///
    /// Example:
    ///   landfall state rm ssh_file.motd production
    ///   landfall state rm module.web
    #[command(verbatim_doc_comment)]
    Rm {
        /// The objects, and the environment where there is more than one
        #[arg(value_name = "ADDRESS", required = true)]
        names: Vec<String>,
    },
    /// Give an object another address
    ///
    /// Nothing in the world changes. The call of a module or of a kind takes all in it along.
    /// Usually a `moved` block is better: it is reviewed, and works in every environment.
    ///
    /// Example:
    ///   landfall state mv ssh_file.a 'ssh_file.b["x"]'
    ///   landfall state mv module.web server.web
    #[command(verbatim_doc_comment)]
    Mv {
        /// The present address
        from: String,
        /// The address from now on
        to: String,
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Say how an operation ended of which nobody knows
    ///
    /// A command that must not run twice, on a machine that was cut off before its end: whether
    /// it did its work, only somebody who looks can tell. Until then it is not repeated, and what
    /// depends on it waits.
    ///
    /// This shows what was begun, when, by whom, through which connection and on which machine,
    /// and what is known of its end. Look there: at what it was to make or change, and at the
    /// logs of the machine. Then say `done`, and it is recorded as it was planned; or `not-done`,
    /// and the next apply does it again. Who said so, and when, stands in `state history`.
    ///
    /// Example:
    ///   landfall state settle ssh_command.migrate production --as done
    ///   landfall state settle 'ssh_command.load["eu"]' --as not-done
    #[command(verbatim_doc_comment)]
    Settle {
        /// The object whose operation has no known end
        address: String,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// How it ended
        #[arg(long = "as", value_enum, value_name = "HOW")]
        said: SaidArg,
        /// Don't ask
        #[arg(long)]
        auto_approve: bool,
    },
    /// Say who can open the state
    Keys(KeysArgs),
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SaidArg {
    /// It did its work
    Done,
    /// It did nothing
    NotDone,
}

/// Say who can open the state
#[derive(Clone, Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List who can open what
    ///
    /// Example:
    ///   landfall state keys list production
    #[command(verbatim_doc_comment)]
    List {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Let somebody else open the state
    ///
    /// With `--access state` they can plan, and see no secret; with `all` they can apply.
    ///
    /// Example:
    ///   landfall state keys add age1qy… --name ci --access state
    #[command(verbatim_doc_comment)]
    Add {
        /// Their age public key
        recipient: String,
        #[command(flatten)]
        environment: EnvironmentArg,
        /// A name to know them by
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What they can open
        #[arg(long, value_enum, default_value = "all")]
        access: AccessArg,
    },
    /// Let somebody open it no more
    ///
    /// New keys seal what is recorded from now on. What they could read before, they may have
    /// kept: rotate the secrets themselves, too.
    ///
    /// Example:
    ///   landfall state keys remove ci
    #[command(verbatim_doc_comment)]
    Remove {
        /// Their name or public key
        recipient: String,
        #[command(flatten)]
        environment: EnvironmentArg,
    },
    /// Make new keys for the same recipients
    ///
    /// Example:
    ///   landfall state keys rotate production
    #[command(verbatim_doc_comment)]
    Rotate {
        #[command(flatten)]
        environment: EnvironmentArg,
    },
}

/// What a recipient can open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessArg {
    /// Attributes, without the secrets in them: enough to plan
    State,
    /// Everything: to apply
    #[default]
    All,
}

/// The environment among names of `rm`: the one without a dot or a bracket.
pub(crate) fn split_names(names: &[String]) -> Result<(Vec<String>, Option<String>), String> {
    let (addresses, others): (Vec<String>, Vec<String>) =
        names.iter().cloned().partition(|n| n.contains(['.', '[']));
    match (addresses.is_empty(), others.as_slice()) {
        (true, _) => Err("expected the address of an object, such as ssh_file.motd".into()),
        (_, []) => Ok((addresses, None)),
        (_, [environment]) => Ok((addresses, Some(environment.clone()))),
        (_, [first, second, ..]) => Err(format!(
            "`{first}` and `{second}` can't both be the environment"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: Option<(&[&str], Option<&str>)>) {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let split = split_names(&names).ok();
        let expected = expected.map(|(addresses, environment)| {
            (
                addresses.iter().map(ToString::to_string).collect(),
                environment.map(String::from),
            )
        });
        assert_eq!(split, expected);
    }

    #[test]
    fn an_argument_without_a_dot_is_the_environment() {
        check(&["a.b"], Some((&["a.b"], None)));
        check(
            &["a.b", "prod", "c.d"],
            Some((&["a.b", "c.d"], Some("prod"))),
        );
        check(&["n[\"a\"]", "prod"], Some((&["n[\"a\"]"], Some("prod"))));
        check(&["prod"], None);
        check(&["a.b", "prod", "staging"], None);
    }
}
