//! A project of its own for a test, and the program run in it.

#![allow(clippy::unwrap_used, dead_code)]
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A project in a directory of its own, with a home of its own.
pub(crate) struct Project {
    pub(crate) dir: TempDir,
}

/// What a command said, and how it ended.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Project {
    pub(crate) fn new(main: &str) -> Project {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("shop")).unwrap();
        let project = Project { dir };
        project.write("main.hcl", main);
        project.write("note.txt", "remember the milk\n");
        project
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("shop")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root().join(name), text).unwrap();
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command
            .args(line.split(' '))
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_with(line, &[])
    }

    /// Runs it with more in its environment.
    pub(crate) fn run_with(&self, line: &str, environment: &[(&str, &str)]) -> Said {
        let mut command = self.command(line);
        let Output {
            status,
            stdout,
            stderr,
        } = command.envs(environment.iter().copied()).output().unwrap();
        Said {
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
            code: status.code().unwrap(),
        }
    }

    /// Runs it, and expects this exit code and this text in one of the outputs.
    pub(crate) fn check(&self, line: &str, code: i32, expected: &str) -> Said {
        let said = self.run(line);
        let both = format!("{}{}", said.out, said.err);
        assert_eq!(said.code, code, "landfall {line}\n{both}");
        assert!(
            both.contains(expected),
            "landfall {line}: no {expected:?} in\n{both}"
        );
        said
    }
}
