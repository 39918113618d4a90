//! One connection to the store.

use std::io;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisConnectionInfo, RedisError, ServerErrorKind};
use tokio::net::TcpStream;

use super::scripts::{Call, Script};
use super::tls;
use crate::config::StoreConfig;
use crate::secret::Secret;

pub(super) const IS_BUILT_IN: bool = true;

/// A connection that many calls use at once. Clones are handles of the same one, which ends with the last of them.
#[derive(Clone)]
pub(super) struct Link {
    connection: MultiplexedConnection,
    scripts: Arc<[(Script, redis::Script)]>,
}

/// The store could not be reached, or did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("no connection to its address: {0}")]
    Connect(#[from] io::Error),
    /// What the store says holds no key of ours: arguments are not repeated.
    #[error("{0}")]
    Store(#[from] RedisError),
}

impl LinkError {
    /// Whether the store has heard what it was to do, and said that it did not.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Store(error) if matches!(error.kind(), ErrorKind::Server(_)))
    }
}

impl Link {
    /// Connects, says who it is, and leaves the scripts there.
    pub(super) async fn open(config: &StoreConfig) -> Result<Self, LinkError> {
        let stream = TcpStream::connect((config.host.as_str(), config.port)).await?;
        // It fails only for a connection that is gone, which the next step tells.
        let _ = stream.set_nodelay(true);
        let mut who = RedisConnectionInfo::default().set_db(config.database);
        if let Some(username) = &config.username {
            who = who.set_username(username);
        }
        if let Some(password) = config.password.as_ref().map(Secret::reveal) {
            who = who.set_password(password);
        }
        // The time of an operation is limited where it is waited for.
        let options = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_pipeline_buffer_size(WAITING);
        let connection = if config.tls {
            let roots = tokio::task::spawn_blocking(tls::roots).await.map_err(io::Error::other)?;
            let stream = tls::wrap(stream, &config.host, roots).await?;
            let (connection, driver) =
                MultiplexedConnection::new_with_config(&who, stream, options).await?;
            tokio::spawn(driver);
            connection
        } else {
            let (connection, driver) =
                MultiplexedConnection::new_with_config(&who, stream, options).await?;
            tokio::spawn(driver);
            connection
        };
        let scripts = Script::ALL.map(|script| (script, redis::Script::new(script.text())));
        let link = Self { connection, scripts: Arc::new(scripts) };
        link.load().await?;
        Ok(link)
    }

    /// Runs one script.
    pub(super) async fn call(&self, call: &Call) -> Result<Vec<String>, LinkError> {
        let mut connection = self.connection.clone();
        match self.command(call).query_async(&mut connection).await {
            Err(error) if is_forgotten(&error) => {
                // `EVAL` leaves it there again.
                Ok(self.command_with_text(call).query_async(&mut connection).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Runs scripts after each other, in one round.
    pub(super) async fn all(&self, calls: &[&Call]) -> Result<Vec<Vec<String>>, LinkError> {
        let mut pipeline = redis::Pipeline::with_capacity(calls.len());
        for call in calls {
            pipeline.add_command(self.command(call));
        }
        let mut connection = self.connection.clone();
        match pipeline.query_async(&mut connection).await {
            Err(error) if is_forgotten(&error) => {
                self.load().await?;
                Ok(pipeline.query_async(&mut connection).await?)
            }
            answers => Ok(answers?),
        }
    }

    async fn load(&self) -> Result<(), RedisError> {
        let mut connection = self.connection.clone();
        for (_, script) in &*self.scripts {
            script.load_async(&mut connection).await?;
        }
        Ok(())
    }

    fn command(&self, call: &Call) -> redis::Cmd {
        let script = self.scripts.iter().find(|(script, _)| *script == call.script);
        let hash = script.map_or("", |(_, script)| script.get_hash());
        command("EVALSHA", hash, call)
    }

    fn command_with_text(&self, call: &Call) -> redis::Cmd {
        command("EVAL", call.script.text(), call)
    }
}

fn command(name: &str, script: &str, call: &Call) -> redis::Cmd {
    let mut command = redis::cmd(name);
    command.arg(script).arg(call.keys.len()).arg(&*call.keys).arg(&call.args);
    command
}

/// A store that was started again, or told to forget its scripts.
fn is_forgotten(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// How many operations may wait for their turn to be written; more wait to wait.
const WAITING: usize = 1024;
