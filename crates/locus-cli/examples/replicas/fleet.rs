//! The processes: gateways, a store, and a balancer and the service in this one.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use locus_gateway::{ClientKey, KeyStore};
use oci_emulator::{Emulator, Sandbox};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Result;
use super::wire::{eval, get};

pub(crate) const REPLICAS: usize = 3;
pub(crate) const OPERATOR: &str = "sk-operator";

/// Everything that runs. The children are killed with it.
pub(crate) struct Fleet {
    program: String,
    pub(crate) keys: KeyStore,
    pub(crate) service: Emulator,
    /// A deployment of its own behind the name `pair`.
    pub(crate) other: Emulator,
    gateways: Vec<Option<Child>>,
    ports: Vec<u16>,
    store: Option<Child>,
    pub(crate) store_port: u16,
    pub(crate) balancer: SocketAddr,
    balancing: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl Fleet {
    pub(crate) async fn start(program: &str, on_failure: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox = Sandbox::create(&folder.path().join(".oci"))?;
        let start = || Emulator::builder().identity(sandbox.identity()).token_delay(Duration::ZERO);
        let (service, other) = (start().start().await?, start().start().await?);
        let keys = folder.path().join("keys.json");
        let store_port = free()?;
        let deployment = |name: &str, emulator: &Emulator| {
            format!(
                "  - {{model_name: {name}, litellm_params: {{model: oci/xai.grok-4, api_base: \"{}\", \
                 oci_config_file: \"{}\", oci_compartment_id: {}}}}}\n",
                emulator.url(),
                sandbox.config_file().display(),
                sandbox.compartment_id(),
            )
        };
        let yaml = format!(
            "general_settings: {{master_key: {OPERATOR}, keys_file: \"{}\"}}\n\
             router_settings:\n  redis_host: 127.0.0.1\n  redis_port: {store_port}\n  \
             redis_timeout: 5\n  redis_on_failure: {on_failure}\n  allowed_fails: 0\n  \
             cooldown_time: 60\nmodel_list:\n{}{}{}",
            keys.display(),
            deployment("grok", &service),
            deployment("pair", &service),
            deployment("pair", &other),
        );
        std::fs::write(folder.path().join("config.yaml"), yaml)?;
        let keys = KeyStore::file(keys);
        // Its file has to be there.
        keys.create(ClientKey::named("first"))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let balancer = listener.local_addr()?;
        let ports = (0..REPLICAS).map(|_| free()).collect::<Result<Vec<u16>>>()?;
        let balancing = tokio::spawn(balance(listener, ports.clone()));
        let mut fleet = Self {
            program: program.to_owned(),
            keys,
            service,
            other,
            gateways: (0..REPLICAS).map(|_| None).collect(),
            ports,
            store: None,
            store_port,
            balancer,
            balancing,
            folder,
        };
        fleet.start_store().await?;
        for replica in 0..REPLICAS {
            fleet.start_gateway(replica).await?;
        }
        Ok(fleet)
    }

    /// Makes a key that every gateway knows.
    pub(crate) async fn key(&self, key: ClientKey) -> Result<String> {
        let key = self.keys.create(key)?;
        for (replica, child) in self.gateways.iter().enumerate() {
            let Some(child) = child else { continue };
            let told = Command::new("kill").args(["-HUP", &child.id().to_string()]).status()?;
            if !told.success() {
                return Err("a gateway cannot be told to read its file again".into());
            }
            let to = self.gateway(replica);
            while get(to, "/v1/models", &key).await?.status != 200 {
                sleep(PAUSE).await;
            }
        }
        Ok(key)
    }

    pub(crate) fn gateway(&self, replica: usize) -> SocketAddr {
        let port = self.ports.get(replica).copied().unwrap_or_default();
        (Ipv4Addr::LOCALHOST, port).into()
    }

    pub(crate) async fn start_gateway(&mut self, replica: usize) -> Result<()> {
        let to = self.gateway(replica);
        let child = Command::new(&self.program)
            .env_clear()
            .env("HOME", self.folder.path())
            .args(["serve", "--port", &to.port().to_string(), "--drain", "1", "--config"])
            .arg(self.folder.path().join("config.yaml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(std::fs::File::create(
                self.folder.path().join(format!("{replica}.log")),
            )?))
            .spawn()?;
        if let Some(place) = self.gateways.get_mut(replica) {
            *place = Some(child);
        }
        self.until(replica, "here").await
    }

    /// Kills a gateway, with no time for anything.
    pub(crate) fn kill_gateway(&mut self, replica: usize) -> Result<()> {
        if let Some(mut child) = self.gateways.get_mut(replica).and_then(Option::take) {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    pub(crate) async fn start_store(&mut self) -> Result<()> {
        let started = ["redis-server", "valkey-server"].iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["--bind", "127.0.0.1", "--port", &self.store_port.to_string()]);
            command.args(["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
            command.arg("--dir").arg(self.folder.path()).stdout(Stdio::null()).spawn().ok()
        });
        self.store = Some(started.ok_or("redis-server or valkey-server has to be installed")?);
        while eval(self.store_port, "return 'here'").await.is_err() {
            sleep(PAUSE).await;
        }
        Ok(())
    }

    pub(crate) fn kill_store(&mut self) -> Result<()> {
        if let Some(mut store) = self.store.take() {
            store.kill()?;
            store.wait()?;
        }
        Ok(())
    }

    /// Sends a signal to the store: it goes on living.
    pub(crate) fn signal_store(&self, signal: &str) -> Result<()> {
        let store = self.store.as_ref().ok_or("there is no store")?;
        let told = Command::new("kill").args([signal, &store.id().to_string()]).status()?;
        if told.success() { Ok(()) } else { Err("the store cannot be told".into()) }
    }

    pub(crate) async fn store_version(&self) -> Result<String> {
        let script = "return redis.call('INFO', 'server'):match('[a-z]+_version:[%d.]+')";
        eval(self.store_port, script).await
    }

    /// Waits until a gateway says so of its store.
    pub(crate) async fn until(&self, replica: usize, condition: &str) -> Result<()> {
        let expected = format!("\"store\":\"{condition}");
        loop {
            if let Ok(answer) = get(self.gateway(replica), "/health/readiness", "").await
                && answer.body.contains(&expected)
            {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }

    pub(crate) async fn until_all(&self, condition: &str) -> Result<()> {
        for replica in 0..REPLICAS {
            self.until(replica, condition).await?;
        }
        Ok(())
    }

    /// Waits until every gateway has heard of every other one.
    pub(crate) async fn until_all_know_all(&self) -> Result<()> {
        for replica in 0..REPLICAS {
            let expected = format!("locus_store_replicas{{}} {REPLICAS}\n");
            while !get(self.gateway(replica), "/metrics", OPERATOR).await?.body.contains(&expected)
            {
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// Ends everything, and sees that the gateways have not panicked.
    pub(crate) async fn end(mut self) -> Result<()> {
        for replica in 0..REPLICAS {
            self.kill_gateway(replica)?;
            let log = std::fs::read_to_string(self.folder.path().join(format!("{replica}.log")))?;
            if log.contains("panicked") {
                return Err(format!("gateway {replica} has panicked:\n{log}").into());
            }
        }
        Ok(())
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.balancing.abort();
        let children = self.gateways.iter_mut().filter_map(Option::take).chain(self.store.take());
        for mut child in children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Each connection goes to the next gateway that takes it.
async fn balance(listener: TcpListener, ports: Vec<u16>) {
    let next = Arc::new(AtomicUsize::new(0));
    let ports = Arc::new(ports);
    while let Ok((mut client, _)) = listener.accept().await {
        let (next, ports) = (Arc::clone(&next), Arc::clone(&ports));
        tokio::spawn(async move {
            let first = next.fetch_add(1, Ordering::Relaxed);
            for port in ports.iter().cycle().skip(first % ports.len()).take(ports.len()) {
                if let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).await {
                    // Either side may end it.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}

fn free() -> Result<u16> {
    Ok(StdListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

const PAUSE: Duration = Duration::from_millis(20);
