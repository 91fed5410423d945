//! The machine that Landfall itself runs on.

use super::{End, Lines, OnLine, Tail, Transport, Trouble};
use async_trait::async_trait;
use provider::ProviderProblem;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Runs programs as children of this process.
pub(crate) struct Local {
    /// Whether to become root by sudo.
    pub(crate) become_root: bool,
}

#[async_trait]
impl Transport for Local {
    async fn run(&self, program: &[u8], on_line: &mut OnLine<'_>) -> Result<End, Trouble> {
        let mut child = self.spawn()?;
        let lost = |e: std::io::Error| {
            Trouble::Lost(ProviderProblem::error(format!(
                "lost the shell on this machine: {e}"
            )))
        };
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (mut lines, mut tail) = (Lines::default(), Tail::default());
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A shell that ended before it read all says why on its error output.
                let _ = stdin.write_all(program).await;
                let _ = stdin.shutdown().await;
            }
            Ok(())
        };
        let out = drain(stdout, |bytes| lines.feed(bytes, &mut *on_line));
        let err = drain(stderr, |bytes| tail.feed(bytes));
        tokio::try_join!(feed, out, err).map_err(lost)?;
        let status = child.wait().await.map_err(lost)?;
        Ok(End {
            code: status.code().and_then(|c| u32::try_from(c).ok()),
            stderr: tail.text(),
        })
    }

    fn name(&self) -> String {
        "this machine".into()
    }

    fn fresh(&self) -> Box<dyn Transport> {
        Box::new(Local {
            become_root: self.become_root,
        })
    }
}

impl Local {
    fn spawn(&self) -> Result<Child, Trouble> {
        let mut command = match self.become_root {
            true => Command::new("sudo"),
            false => Command::new("/bin/sh"),
        };
        if self.become_root {
            command.args(["-n", "/bin/sh"]);
        }
        // A group of its own: a Ctrl-C at the terminal is for Landfall, which lets the host finish.
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| {
                let what = if self.become_root { "sudo" } else { "/bin/sh" };
                Trouble::NotStarted(
                    ProviderProblem::error(format!("could not start {what} on this machine: {e}"))
                        .help("the transport `local` needs a POSIX shell, and sudo with `become`"),
                )
            })
    }
}

async fn drain(
    from: Option<impl AsyncRead + Unpin>,
    mut with: impl FnMut(&[u8]),
) -> std::io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut buffer = vec![0; 32 * 1024];
    loop {
        match from.read(&mut buffer).await? {
            0 => return Ok(()),
            n => with(&buffer[..n]),
        }
    }
}
