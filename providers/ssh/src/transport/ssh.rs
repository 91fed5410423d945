//! A host over SSH: one connection that is kept, a channel a program.

use super::host_key::HostKeys;
use super::{End, Lines, OnLine, Tail, Transport, Trouble, auth, command};
use crate::session::Settings;
use async_trait::async_trait;
use provider::{Host, ProviderProblem};
use rand::Rng;
use russh::client::{self, Handle, Msg};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Disconnect, Preferred};
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex as Slot;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Semaphore};

/// sshd frees a session's slot only after the client saw it close: of its ten, four are safe.
const CHANNELS: usize = 4;

/// How often a refused channel or a dropped handshake is tried.
const TRIES: u32 = 6;

/// A host over SSH.
pub(crate) struct Ssh {
    host: Host,
    settings: Settings,
    /// The way through another host.
    jump: Option<Arc<Ssh>>,
    /// Handshakes under way with this address: sshd drops more than ten at a time.
    handshakes: Arc<Semaphore>,
    channels: Semaphore,
    connected: Mutex<Option<Arc<Handle<Listener>>>>,
}

#[async_trait]
impl Transport for Ssh {
    async fn run(&self, program: &[u8], on_line: &mut OnLine<'_>) -> Result<End, Trouble> {
        let _slot = self.channels.acquire().await;
        let channel = self.channel().await?;
        let (read, write) = channel.split();
        self.converse(read, write, program, on_line).await
    }

    fn name(&self) -> String {
        format!("the host {}", self.host.address)
    }

    fn fresh(&self) -> Box<dyn Transport> {
        Box::new(Ssh::new(
            self.host.clone(),
            self.settings.clone(),
            self.jump.clone(),
            self.handshakes.clone(),
        ))
    }

    async fn close(&self) {
        if let Some(handle) = self.connected.lock().await.take() {
            let _ = handle.disconnect(Disconnect::ByApplication, "", "en").await;
        }
    }
}

impl Ssh {
    pub(crate) fn new(
        host: Host,
        settings: Settings,
        jump: Option<Arc<Ssh>>,
        handshakes: Arc<Semaphore>,
    ) -> Ssh {
        let channels = Semaphore::new(CHANNELS);
        Ssh {
            host,
            settings,
            jump,
            handshakes,
            channels,
            connected: Mutex::default(),
        }
    }

    /// A channel of the connection; one that was lost is made anew, once.
    async fn channel(&self) -> Result<Channel<Msg>, Trouble> {
        let mut lost = None;
        for attempt in 0..TRIES {
            let handle = self.handle().await?;
            match handle.channel_open_session().await {
                Ok(channel) => return Ok(channel),
                Err(russh::Error::ChannelOpenFailure(why)) => {
                    lost = Some(format!("{why:?}"));
                    wait(attempt).await;
                }
                Err(e) => {
                    lost = Some(e.to_string());
                    self.forget(&handle).await;
                }
            }
        }
        Err(Trouble::NotStarted(
            ProviderProblem::error(format!("{} opens no session", self.name()))
                .detail(format!("its answer: {}", lost.unwrap_or_default()))
                .help("`MaxSessions` of its sshd may be too low, or too much be going on there"),
        ))
    }

    async fn handle(&self) -> Result<Arc<Handle<Listener>>, Trouble> {
        let mut connected = self.connected.lock().await;
        if let Some(handle) = connected.as_ref().filter(|h| !h.is_closed()) {
            return Ok(handle.clone());
        }
        let handle = Arc::new(self.connect().await?);
        *connected = Some(handle.clone());
        Ok(handle)
    }

    async fn forget(&self, lost: &Arc<Handle<Listener>>) {
        let mut connected = self.connected.lock().await;
        if connected.as_ref().is_some_and(|c| Arc::ptr_eq(c, lost)) {
            *connected = None;
        }
    }

    /// Connects, checks the host, logs in.
    async fn connect(&self) -> Result<Handle<Listener>, Trouble> {
        let alias = self.settings.host_key_alias.as_deref();
        let files = self.settings.known_hosts.as_deref().unwrap_or_default();
        let keys = HostKeys::of(&self.host, alias, files).map_err(Trouble::Refused)?;
        let _turn = self.handshakes.acquire().await;
        let patience = Duration::from_secs(self.settings.connect_s);
        let mut last = String::new();
        for attempt in 0..TRIES {
            match tokio::time::timeout(patience, self.handshake(&keys)).await {
                Ok(Ok(handle)) => return Ok(handle),
                Ok(Err(Handshake::Refused(problem))) => return Err(Trouble::Refused(problem)),
                Ok(Err(Handshake::NoWay(problem))) => return Err(Trouble::NotStarted(problem)),
                Ok(Err(Handshake::Unreachable(why))) => return Err(self.unreachable(&why)),
                Ok(Err(Handshake::Dropped(why))) => last = why,
                Err(_) => {
                    return Err(
                        self.unreachable(&format!("no answer for {} s", patience.as_secs()))
                    );
                }
            }
            wait(attempt).await;
        }
        Err(self.unreachable(&format!("{last} ({TRIES} times)")))
    }

    async fn handshake(&self, keys: &HostKeys) -> Result<Handle<Listener>, Handshake> {
        match &self.jump {
            None => {
                let to = (self.host.address.as_str(), self.host.port);
                let stream = TcpStream::connect(to).await;
                let stream = stream.map_err(|e| Handshake::Unreachable(e.to_string()))?;
                let _ = stream.set_nodelay(true);
                self.shake(stream, keys).await
            }
            Some(jump) => {
                let through = Box::pin(jump.handle()).await.map_err(|trouble| {
                    let refused = matches!(trouble, Trouble::Refused(_));
                    let problem = trouble.problem().detail(format!(
                        "{} is the jump host on the way to {}",
                        jump.host.address, self.host.address
                    ));
                    match refused {
                        true => Handshake::Refused(problem),
                        false => Handshake::NoWay(problem),
                    }
                })?;
                let (to, port) = (self.host.address.clone(), u32::from(self.host.port));
                let channel = through
                    .channel_open_direct_tcpip(to, port, "127.0.0.1", 0)
                    .await;
                let channel = channel.map_err(|e| {
                    Handshake::Unreachable(format!("the jump host {}: {e}", jump.host.address))
                })?;
                self.shake(channel.into_stream(), keys).await
            }
        }
    }

    async fn shake(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        keys: &HostKeys,
    ) -> Result<Handle<Listener>, Handshake> {
        let verdict = Arc::new(Slot::new(None));
        let listener = Listener {
            keys: keys.clone(),
            verdict: verdict.clone(),
        };
        let config = Arc::new(config(keys));
        let connected = client::connect_stream(config, stream, listener).await;
        let mut handle = connected.map_err(|e| {
            let refused = verdict.lock().ok().and_then(|mut v| v.take());
            refused.map_or_else(|| Handshake::of(&e), Handshake::Refused)
        })?;
        auth::log_in(&mut handle, &self.host, &self.settings)
            .await
            .map_err(Handshake::Refused)?;
        Ok(handle)
    }

    /// Sends the program while taking in its answer.
    async fn converse(
        &self,
        mut read: ChannelReadHalf,
        write: ChannelWriteHalf<Msg>,
        program: &[u8],
        on_line: &mut OnLine<'_>,
    ) -> Result<End, Trouble> {
        let lost = |why: &str| self.lost(why);
        write
            .exec(true, command(self.host.become_root))
            .await
            .map_err(|e| lost(&e.to_string()))?;
        let sending = async {
            write.data(program).await?;
            write.eof().await
        };
        tokio::pin!(sending);
        let mut sent = false;
        let (mut lines, mut tail, mut end) = (Lines::default(), Tail::default(), None);
        loop {
            let message = tokio::select! {
                outcome = &mut sending, if !sent => {
                    sent = true;
                    // A shell that ended before it read all says why on its error output.
                    drop(outcome);
                    continue;
                }
                message = read.wait() => message,
            };
            match message {
                Some(ChannelMsg::Data { data }) => lines.feed(&data, &mut *on_line),
                Some(ChannelMsg::ExtendedData { data, .. }) => tail.feed(&data),
                Some(ChannelMsg::ExitStatus { exit_status }) => end = Some(Some(exit_status)),
                Some(ChannelMsg::ExitSignal { .. }) => end = Some(None),
                Some(ChannelMsg::Failure) => {
                    return Err(Trouble::NotStarted(
                        ProviderProblem::error(format!("{} runs no commands", self.name()))
                            .help("its sshd, or this user's account there, allows none"),
                    ));
                }
                Some(_) => {}
                None => break,
            }
        }
        match end {
            Some(code) => Ok(End {
                code,
                stderr: tail.text(),
            }),
            // A program that did not arrive whole was not begun.
            None if !sent => Err(Trouble::NotStarted(lost("it hung up").problem())),
            None => Err(lost("it hung up")),
        }
    }

    fn lost(&self, why: &str) -> Trouble {
        Trouble::Lost(
            ProviderProblem::error(format!("the connection to {} was lost", self.name()))
                .detail(why.to_string())
                .help("run the command again: it settles what became of what was under way"),
        )
    }

    fn unreachable(&self, why: &str) -> Trouble {
        let problem = ProviderProblem::error(format!("{} can't be reached", self.name()))
            .detail(format!("tried {}: {why}", self.way()));
        Trouble::NotStarted(problem.help(match why.contains("refused") {
            true => {
                "the machine answers, but no sshd listens there: check `port`, and that sshd runs"
            }
            false => {
                "check `address` and `port`, that the machine is up, and the firewalls between"
            }
        }))
    }

    fn way(&self) -> String {
        let to = format!("{} port {}", self.host.address, self.host.port);
        match &self.jump {
            Some(jump) => format!("{to} through {}", jump.host.address),
            None => to,
        }
    }
}

/// Why a handshake failed.
enum Handshake {
    /// For good.
    Refused(ProviderProblem),
    /// There is no way to the host, for now.
    NoWay(ProviderProblem),
    /// The host does not answer.
    Unreachable(String),
    /// It hung up: sshd does that when many come at once.
    Dropped(String),
}

impl Handshake {
    fn of(error: &russh::Error) -> Handshake {
        Handshake::Dropped(error.to_string())
    }
}

/// Hears what a host says outside of channels: its key.
pub(crate) struct Listener {
    keys: HostKeys,
    verdict: Arc<Slot<Option<ProviderProblem>>>,
}

impl client::Handler for Listener {
    type Error = russh::Error;

    fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send {
        let checked = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.keys.check(key),
            PublicKeyOrCertificate::Certificate(_) => Err(ProviderProblem::error(
                "the host shows a certificate, which was not asked for",
            )),
        };
        let known = checked.is_ok();
        if let (Err(problem), Ok(mut verdict)) = (checked, self.verdict.lock()) {
            *verdict = Some(problem);
        }
        async move { Ok(known) }
    }
}

fn config(keys: &HostKeys) -> client::Config {
    let usual = Preferred::DEFAULT;
    client::Config {
        preferred: Preferred {
            key: Cow::Owned(keys.prefer(&usual.key)),
            ..usual
        },
        keepalive_interval: Some(Duration::from_secs(15)),
        keepalive_max: 4,
        nodelay: true,
        ..client::Config::default()
    }
}

/// Longer each time, never the same for two who began together.
async fn wait(attempt: u32) {
    let most = 100_u64 << attempt.min(5);
    let wait_ms = rand::rng().random_range(most / 2..=most);
    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
}
