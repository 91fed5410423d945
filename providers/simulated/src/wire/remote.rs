//! The near end of a world in another process.

use super::Endpoint;
use crate::world::{Lost, Outside, Reply, Request};
use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Mutex;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Line = BufReader<Box<dyn Stream>>;

/// A world in another process. One request is under way at a time.
pub struct Remote {
    endpoint: Endpoint,
    line: Mutex<Option<Line>>,
}

impl Remote {
    /// The world that listens there; nothing is contacted before the first request.
    pub fn new(endpoint: Endpoint) -> Remote {
        Remote {
            endpoint,
            line: Mutex::new(None),
        }
    }

    async fn connect(&self) -> std::io::Result<Line> {
        let stream: Box<dyn Stream> = match &self.endpoint {
            Endpoint::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        };
        Ok(BufReader::new(stream))
    }
}

#[async_trait]
impl Outside for Remote {
    async fn ask(&self, request: Request) -> Result<Reply, Lost> {
        let lost = |why: String, sent| Lost {
            why: format!("{}: {why}", self.endpoint),
            sent,
        };
        let mut text = serde_json::to_string(&request).map_err(|e| lost(e.to_string(), false))?;
        text.push('\n');
        let mut kept = self.line.lock().await;
        // Taken out: a request that is given up half way leaves no half answer to the next.
        let mut line = match kept.take() {
            Some(line) => line,
            None => self
                .connect()
                .await
                .map_err(|e| lost(e.to_string(), false))?,
        };
        let mut answer = String::new();
        let told = async {
            line.write_all(text.as_bytes()).await?;
            line.read_line(&mut answer).await
        };
        match told.await {
            Ok(0) => return Err(lost("the world hung up".into(), true)),
            Err(e) => return Err(lost(e.to_string(), true)),
            Ok(_) => {}
        }
        let reply = serde_json::from_str(&answer).map_err(|e| lost(e.to_string(), true))?;
        *kept = Some(line);
        Ok(reply)
    }
}
