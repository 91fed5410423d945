//! The far end: a world that answers whoever connects, until it is told to stop.

use super::Endpoint;
use crate::world::{Reply, Request, World};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Listens and answers until a request says stop, or nobody asked anything for `idle`.
/// `ready` learns where it listens, once it does.
///
/// # Errors
/// Where it can't listen there.
pub async fn serve(
    world: Arc<World>,
    endpoint: &Endpoint,
    idle: Duration,
    ready: impl FnOnce(Endpoint),
) -> io::Result<()> {
    let (asked, mut idle_since) = watch::channel(());
    let (stop, mut stopped) = mpsc::channel::<()>(1);
    let mut lines = JoinSet::new();
    let accepting = async {
        match endpoint {
            Endpoint::Unix(path) => {
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
                ready(endpoint.clone());
                loop {
                    let (stream, _) = listener.accept().await?;
                    lines.spawn(answer(world.clone(), stream, asked.clone(), stop.clone()));
                }
            }
            Endpoint::Tcp(address) => {
                let listener = TcpListener::bind(address).await?;
                ready(Endpoint::Tcp(listener.local_addr()?));
                loop {
                    let (stream, _) = listener.accept().await?;
                    stream.set_nodelay(true)?;
                    lines.spawn(answer(world.clone(), stream, asked.clone(), stop.clone()));
                }
            }
        }
    };
    let waiting = async {
        while tokio::time::timeout(idle, idle_since.changed())
            .await
            .is_ok()
        {}
    };
    let ended = tokio::select! {
        ended = accepting => ended,
        _ = stopped.recv() => Ok(()),
        () = waiting => Ok(()),
    };
    if let Endpoint::Unix(path) = endpoint {
        // Gone already where somebody tidied up before.
        let _ = std::fs::remove_file(path);
    }
    ended
}

/// Answers one user, line by line. What was asked is done even if the user is gone meanwhile.
async fn answer(
    world: Arc<World>,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: watch::Sender<()>,
    stop: mpsc::Sender<()>,
) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while matches!(stream.read_line(&mut line).await, Ok(read) if read > 0) {
        asked.send_replace(());
        let request = serde_json::from_str::<Request>(&line);
        let stops = matches!(request, Ok(Request::Stop));
        let reply = match request {
            Ok(request) => world.answer(request),
            Err(e) => Reply::Confused(e.to_string()),
        };
        line.clear();
        let Ok(mut text) = serde_json::to_string(&reply) else {
            return;
        };
        text.push('\n');
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
        if stops {
            let _ = stop.send(()).await;
            return;
        }
    }
}
