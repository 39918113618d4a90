//! Starting, stopping, the sandbox, and what is recorded.

use std::net::SocketAddr;

use oci_emulator::{Emulator, Error, Identity, KeyPair, Sandbox};
use tokio::net::TcpStream;

use crate::world::{CHAT, World, two_by_two};

#[tokio::test]
async fn only_loopback_addresses_will_do() {
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "[2001:db8::1]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let error = Emulator::builder().address(address).start().await.unwrap_err();
        assert!(matches!(error, Error::NotLoopback { .. }), "{error}");
        assert!(error.to_string().contains(&address.to_string()));
    }
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let world = World::new().await;
    let address = world.emulator.address();
    let error = Emulator::builder().address(address).start().await.unwrap_err();
    assert!(matches!(error, Error::Bind { .. }), "{error}");
}

#[tokio::test]
async fn shutdown_closes_the_port_and_every_connection() {
    let world = World::new().await;
    let address = world.emulator.address();
    assert_eq!(world.emulator.url(), format!("http://{address}"));
    world.emulator.push_fault(oci_emulator::Fault::Stall);
    let mut connection = world.connect().await;
    connection.send(&world.post(CHAT, two_by_two(true).to_string().as_bytes()).to_bytes()).await;
    world.emulator.wait_until(|requests| requests.len() == 1).await;

    world.emulator.shutdown().await;
    assert!(connection.read_head().await.is_none());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn dropping_closes_every_connection() {
    let world = World::new().await;
    let mut connection = world.connect().await;
    connection.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut answer = connection.read_head().await.unwrap();
    connection.read_body(&mut answer, false).await;
    drop(world);
    assert!(connection.read_head().await.is_none());
}

#[tokio::test]
async fn requests_are_recorded_as_they_were_sent() {
    let world = World::new().await;
    let body = two_by_two(false).to_string();
    let mut message = world.post(&format!("{CHAT}?q=1"), body.as_bytes());
    message.headers.push(("X-Twice".into(), "one".into()));
    message.headers.push(("x-twice".into(), "two".into()));
    world.send(&message).await;
    let request = world.emulator.wait_until(|requests| requests[0].is_complete).await.remove(0);
    assert_eq!((request.method.as_str(), request.status), ("POST", Some(200)));
    assert_eq!(request.path_and_query, format!("{CHAT}?q=1"));
    assert_eq!(request.headers, message.headers);
    assert_eq!(request.body, body);
    assert_eq!(request.rejection, None);
    let signature = request.header("Authorization").unwrap();
    assert!(!format!("{request:?}").contains(signature));
    assert!(!format!("{:?}", world.emulator).contains(signature));
}

#[tokio::test]
async fn two_keys_for_one_id_are_refused_and_two_identities_are_not() {
    let (one, two) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let id = |key: &KeyPair| Identity::new("ST$token", key.public_key().clone());
    let error = Emulator::builder().identity(id(&one)).identity(id(&two)).start().await;
    assert!(matches!(error, Err(Error::TwoKeysForOneId { .. })));
    let twice = Emulator::builder().identity(id(&one)).identity(id(&one)).start().await;
    assert!(twice.is_ok());
}

#[test]
fn a_sandbox_is_a_profile_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("new").join("folder");
    let sandbox = Sandbox::create(&dir).unwrap();
    let config = std::fs::read_to_string(sandbox.config_file()).unwrap();
    let key = std::fs::read_to_string(sandbox.key_file()).unwrap();
    let fingerprint = sandbox.identity().public_key().fingerprint();
    let expected = format!(
        "[DEFAULT]\nuser={}\nfingerprint={fingerprint}\ntenancy={}\nregion=us-chicago-1\nkey_file={}\n",
        sandbox.user(),
        sandbox.tenancy(),
        sandbox.key_file().display(),
    );
    assert_eq!(config, expected);
    assert!(sandbox.key_file().is_absolute() && sandbox.config_file().is_absolute());
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(key.ends_with("\n-----END PRIVATE KEY-----\nOCI_API_KEY\n"));
    assert_eq!((sandbox.profile(), sandbox.region()), ("DEFAULT", "us-chicago-1"));
    assert_eq!(
        sandbox.identity().key_id(),
        format!("{}/{}/{fingerprint}", sandbox.tenancy(), sandbox.user())
    );
    assert!(sandbox.compartment_id().starts_with("ocid1.compartment.oc1.."));
    assert!(!format!("{sandbox:?}").contains(key.lines().nth(1).unwrap()));

    #[cfg(unix)]
    for path in [sandbox.key_file(), sandbox.config_file()] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }

    // Nothing that exists is ever overwritten.
    let error = Sandbox::create(&dir).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(sandbox.key_file()).unwrap(), key);
}

#[test]
fn a_config_file_without_a_key_beside_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, "[DEFAULT]\n").unwrap();
    assert!(Sandbox::create(folder.path()).is_err());
    assert_eq!(std::fs::read_to_string(config).unwrap(), "[DEFAULT]\n");
}
