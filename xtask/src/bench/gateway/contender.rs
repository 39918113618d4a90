//! The processes: the service, the gateways that are compared, and how long they take to start.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::settings::Settings;
use super::{MEASURED, OTHERS, Tools, on_core};
use crate::process::Result;

/// A gateway that is measured.
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) server: Server,
    pub(super) key: String,
    /// From the start of the process to its first sign of life.
    pub(super) start: Duration,
}

impl Contender {
    pub(super) fn locus(
        name: &'static str,
        tools: &Tools,
        settings: &Settings,
        options: &[&str],
        config: &Path,
    ) -> Result<Self> {
        let mut starts = Vec::new();
        // The first one reads the program from the disk.
        for _ in 0..5 {
            let (_, start) = started(|| Server::locus(tools, options, config))?;
            starts.push(start);
        }
        starts.sort_unstable();
        let (server, _) = started(|| Server::locus(tools, options, config))?;
        let key = settings.key.clone();
        Ok(Self { name, server, key, start: starts.get(2).copied().unwrap_or_default() })
    }

    pub(super) fn litellm(program: &Path, settings: &Settings) -> Result<Self> {
        let begin = || {
            let port = free_port()?;
            let mut command = on_core(MEASURED, program);
            command.arg("--config").arg(&settings.litellm).args(["--num_workers", "1"]);
            command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
            // The first keeps it from looking for prices on the network, which takes longer.
            command.env("LITELLM_LOCAL_MODEL_COST_MAP", "True").env("HF_HUB_OFFLINE", "1");
            command.env("LITELLM_MASTER_KEY", settings.litellm_key);
            Server::begin(
                command,
                format!("127.0.0.1:{port}"),
                &settings.folder.join("litellm.log"),
            )
        };
        // The first one compiles its sources.
        drop(started(begin)?);
        let (server, start) = started(begin)?;
        Ok(Self { name: "litellm", server, key: settings.litellm_key.to_owned(), start })
    }
}

/// A process that listens; it ends with this value.
pub(super) struct Server {
    process: Child,
    pub(super) host: String,
}

impl Server {
    pub(super) fn mock(program: &Path) -> Result<Self> {
        let mut command = on_core(OTHERS, program);
        let mut process = command.arg("mock").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("the service has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let host = line.trim().trim_start_matches("http://").to_owned();
        Ok(Self { process, host })
    }

    /// The gateway as it is shipped. Its log goes into a file.
    pub(super) fn locus(tools: &Tools, options: &[&str], config: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = on_core(MEASURED, &tools.locus);
        if options.contains(&"--drain") {
            // Not what it costs is looked at, but what becomes of its streams.
            command = Command::new(&tools.locus);
        }
        command.args(["serve", "--port", &port.to_string()]).args(options);
        command.arg("--config").arg(config);
        Self::begin(command, format!("127.0.0.1:{port}"), &tools.folder.join("locus.log"))
    }

    fn begin(mut command: Command, host: String, log: &Path) -> Result<Self> {
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        let log = File::create(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Self { process: command.spawn()?, host };
        let begun = Instant::now();
        while !server.is_alive() {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("a gateway ended before it listened: {status}").into());
            }
            if begun.elapsed() > Duration::from_secs(180) {
                return Err("a gateway does not listen after three minutes".into());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(server)
    }

    /// Whether it gives a sign of life.
    fn is_alive(&self) -> bool {
        let Ok(mut connection) = TcpStream::connect(&self.host) else { return false };
        let request = format!(
            "GET /health/liveliness HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.host
        );
        let mut answer = String::new();
        connection.write_all(request.as_bytes()).is_ok()
            && connection.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }

    pub(super) fn pid(&self) -> u32 {
        // `taskset` replaces itself by the program.
        self.process.id()
    }

    /// The most memory that it had so far, in bytes.
    pub(super) fn peak_memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        Ok(kilobytes.ok_or("the kernel does not tell the memory")? * 1024.0)
    }

    /// Waits until it has ended by itself.
    pub(super) fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.process.wait()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to lose; an error means that it has ended.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn started(begin: impl FnOnce() -> Result<Server>) -> Result<(Server, Duration)> {
    let begun = Instant::now();
    let server = begin()?;
    Ok((server, begun.elapsed()))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
