//! Runs other programs: an argument list, no shell, a deadline, and their last words on failure.

use crate::Outcome;
use provider::ProviderProblem;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a small program may take.
const USUAL: Duration = Duration::from_secs(20);
/// How many of the last lines a failure shows.
const LAST_LINES: usize = 8;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A program to be run.
pub(crate) struct Program<'a> {
    argv: Vec<String>,
    input: Option<String>,
    environment: Vec<(String, String)>,
    held: Option<&'a File>,
    deadline: Instant,
    on_line: Option<&'a dyn Fn(&str)>,
}

/// A program with its arguments.
pub(crate) fn program<'a>(argv: &[&str]) -> Program<'a> {
    Program {
        argv: argv.iter().map(|a| a.to_string()).collect(),
        input: None,
        environment: Vec::new(),
        held: None,
        deadline: Instant::now() + USUAL,
        on_line: None,
    }
}

/// Runs a small program for its effect under a lock. See [`Program::holding`].
pub(crate) fn run(argv: &[&str], held: &File) -> Outcome<()> {
    program(argv).holding(held).run().map(|_| ())
}

/// A command with a clean environment: what Landfall was started with may hold secrets.
pub(crate) fn command(argv: &[String]) -> Command {
    let mut command = Command::new(argv.first().map_or("", String::as_str));
    command.args(argv.iter().skip(1));
    command
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C.UTF-8")
        .current_dir("/");
    command
}

impl<'a> Program<'a> {
    /// With text on its standard input.
    pub(crate) fn input(mut self, text: String) -> Self {
        self.input = Some(text);
        self
    }

    /// With a lock in its hands, in place of a standard output: where this process is killed, the
    /// lock lasts until the program has ended too, so that it never works beside the next holder.
    pub(crate) fn holding(mut self, held: &'a File) -> Self {
        self.held = Some(held);
        self
    }

    /// With variables in its environment.
    pub(crate) fn environment(mut self, variables: Vec<(String, String)>) -> Self {
        self.environment = variables;
        self
    }

    /// To be ended then.
    pub(crate) fn until(mut self, deadline: Instant) -> Self {
        self.deadline = deadline;
        self
    }

    /// With each line of its error stream handed on.
    pub(crate) fn on_line(mut self, on_line: &'a dyn Fn(&str)) -> Self {
        self.on_line = Some(on_line);
        self
    }

    /// Runs it and gives its standard output.
    pub(crate) fn run(self) -> Outcome<String> {
        let output = match self.held.map(File::try_clone) {
            Some(Ok(held)) => Stdio::from(held),
            Some(Err(e)) => return Err(not_started(&self.argv, &e)),
            None => Stdio::piped(),
        };
        let mut child = command(&self.argv)
            // Ctrl-C on the terminal is for this process: what is under way is finished.
            .process_group(0)
            .envs(self.environment.iter().cloned())
            .stdin(if self.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| not_started(&self.argv, &e))?;
        if let (Some(text), Some(mut stdin)) = (&self.input, child.stdin.take()) {
            // A program that ends without reading says why by itself.
            let _ = stdin.write_all(text.as_bytes());
        }
        let stdout = child.stdout.take();
        let output = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stdout.map(|mut s| s.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        let last = self.follow(&mut child)?;
        let status = child.wait().map_err(|e| not_started(&self.argv, &e))?;
        tracing::debug!(program = self.argv.join(" "), %status, "ran");
        if !status.success() {
            let what = format!("`{}` failed ({status})", self.argv.join(" "));
            let problem = ProviderProblem::error(what);
            return Err(last.into_iter().fold(problem, ProviderProblem::detail));
        }
        Ok(output.join().unwrap_or_default())
    }

    /// Reads the error stream to its end and gives the last lines of it.
    fn follow(&self, child: &mut Child) -> Outcome<Vec<String>> {
        let (sender, lines) = mpsc::channel();
        let stderr = child.stderr.take();
        thread::spawn(move || {
            let stderr = stderr.map(BufReader::new);
            for line in stderr
                .into_iter()
                .flat_map(|s| s.split(b'\n'))
                .map_while(Result::ok)
            {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
        let mut last = Vec::new();
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(on_line) = self.on_line {
                        on_line(&line);
                    }
                    last.push(line);
                    if last.len() > LAST_LINES {
                        last.remove(0);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(last),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    let what = format!("`{}` did not end in time", self.argv.join(" "));
                    let problem = ProviderProblem::error(what);
                    return Err(last.into_iter().fold(problem, ProviderProblem::detail));
                }
            }
        }
    }
}

fn not_started(argv: &[String], error: &std::io::Error) -> ProviderProblem {
    let name = argv.first().map_or("", String::as_str);
    ProviderProblem::error(format!("`{name}` could not be run: {error}"))
        .help("`landfall sandbox doctor` says which Debian packages are missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_output_and_takes_input() {
        assert_eq!(program(&["cat"]).input("a b".into()).run().unwrap(), "a b");
        assert_eq!(
            program(&["echo", "$HOME; ls"]).run().unwrap(),
            "$HOME; ls\n"
        );
    }

    #[test]
    fn a_failure_holds_the_last_words() {
        let problem = program(&["ls", "/does/not/exist"]).run().unwrap_err();
        assert!(
            problem.message.contains("`ls /does/not/exist` failed"),
            "{problem}"
        );
        assert!(
            problem.details.iter().any(|d| d.contains("No such file")),
            "{problem:?}"
        );
        assert!(
            program(&["no-such-program"])
                .run()
                .unwrap_err()
                .help
                .is_some()
        );
    }

    #[test]
    fn the_environment_is_clean() {
        // Cargo sets many variables for a test.
        let seen = program(&["env"]).run().unwrap();
        assert!(!seen.contains("CARGO"), "{seen}");
    }

    #[test]
    fn a_lock_lasts_as_long_as_the_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = crate::files::lock(&path).unwrap();
        // What goes on in the background is as a program whose parent was killed.
        run(&["sh", "-c", "sleep 0.5 2>/dev/null &"], &held).unwrap();
        drop(held);
        let again = File::open(&path).unwrap();
        assert!(again.try_lock().is_err(), "the program has it still");
        again.lock().unwrap();
    }

    #[test]
    fn a_deadline_ends_it() {
        let before = Instant::now();
        let soon = before + Duration::from_millis(100);
        assert!(program(&["sleep", "60"]).until(soon).run().is_err());
        assert!(before.elapsed() < Duration::from_secs(10));
    }
}
