//! The log of requests that `OCI_LOG_REQUESTS` asks for, on standard error.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use oci_auth::{CredentialError, Env};
use oci_transport::{Attempt, RequestHook};

use crate::error::{Error, Result};

/// Writes each attempt as a few lines: what was sent, what came back, and how long that took.
pub(crate) struct RequestLog {
    out: Mutex<Box<dyn Write + Send>>,
    bodies: bool,
}

impl RequestLog {
    /// The log that the environment asks for, if it does.
    pub(crate) fn find(env: &Env) -> Result<Option<Arc<dyn RequestHook>>> {
        let Some((name, value)) = env.first(&VARIABLES).map_err(CredentialError::from)? else {
            return Ok(None);
        };
        let bodies = match value.to_ascii_lowercase().as_str() {
            "0" | "false" | "off" | "no" => return Ok(None),
            "1" | "true" | "on" | "yes" => false,
            "body" => true,
            _ => return Err(Error::RequestLog { origin: name.to_owned() }),
        };
        Ok(Some(Arc::new(Self::new(Box::new(io::stderr()), bodies))))
    }

    fn new(out: Box<dyn Write + Send>, bodies: bool) -> Self {
        Self { out: Mutex::new(out), bodies }
    }

    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to tell that the log cannot be written; the call must not suffer.
        let _ = out.write_all(text.as_bytes());
    }
}

impl RequestHook for RequestLog {
    fn attempted(&self, attempt: &Attempt<'_>) {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = describe(attempt, &mut text);
        self.write(&text);
    }

    fn wants_bodies(&self) -> bool {
        self.bodies
    }

    fn received(&self, opc_request_id: Option<&str>, piece: &[u8]) {
        let id = opc_request_id.unwrap_or("-");
        self.write(&format!(
            "oci < {id} {} bytes\n{}\n",
            piece.len(),
            String::from_utf8_lossy(piece)
        ));
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLog").field("bodies", &self.bodies).finish_non_exhaustive()
    }
}

fn describe(attempt: &Attempt<'_>, text: &mut String) -> fmt::Result {
    writeln!(text, "oci > {} {} attempt {}", attempt.method(), attempt.url(), attempt.number())?;
    for (name, value) in attempt.headers() {
        writeln!(text, "oci >   {name}: {value}")?;
    }
    if !attempt.body().is_empty() {
        writeln!(text, "{}", String::from_utf8_lossy(attempt.body()))?;
    }
    let status =
        attempt.status().map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let id = attempt.returned_opc_request_id().unwrap_or("-");
    writeln!(
        text,
        "oci < {status} after {:.3} s, opc-request-id {id}",
        attempt.elapsed().as_secs_f64()
    )?;
    for (name, value) in attempt.answer_headers() {
        writeln!(text, "oci <   {name}: {value}")?;
    }
    if let Some(error) = attempt.error() {
        writeln!(text, "oci < {error}")?;
    }
    Ok(())
}

/// The variables that switch the log on, the one that wins first.
const VARIABLES: [&str; 2] = ["LOCUS_OCI_LOG_REQUESTS", "OCI_LOG_REQUESTS"];

#[cfg(test)]
mod tests {
    use oci_emulator::{Emulator, Fault, Sandbox};

    use super::*;

    /// What is written, shared with the test.
    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_variable_switches_it_on_and_off_and_nothing_else_will_do() {
        let find = |name, value| RequestLog::find(&Env::from_pairs([(name, value)]));
        for on in ["1", "true", "BODY", "on"] {
            let log = find("OCI_LOG_REQUESTS", on).unwrap().unwrap();
            assert_eq!(log.wants_bodies(), on == "BODY");
            assert!(find("LOCUS_OCI_LOG_REQUESTS", on).unwrap().is_some());
        }
        for off in ["0", "off", ""] {
            assert!(find("OCI_LOG_REQUESTS", off).unwrap().is_none(), "{off:?}");
        }
        let error = find("OCI_LOG_REQUESTS", "bodies").unwrap_err();
        assert!(error.to_string().contains("OCI_LOG_REQUESTS"), "{error}");
        assert!(error.hint().is_some());
    }

    #[tokio::test]
    async fn lines_tell_a_request_without_its_signature() {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        for bodies in [false, true] {
            let memory = Memory::default();
            let log = RequestLog::new(Box::new(memory.clone()), bodies);
            let client = crate::Client::builder(Env::default())
                .config_file(sandbox.config_file())
                .endpoint(crate::Endpoint::parse(&emulator.url()).unwrap())
                .hook(Arc::new(log))
                .build()
                .unwrap();
            emulator.push_fault(Fault::HangUp);
            client.model("oci:openai.gpt-5.5").chat("What is 2x2?").await.unwrap_err();
            client.model("oci:openai.gpt-5.5").chat("What is 2x2?").await.unwrap();
            let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
            for part in [
                "oci > POST http://127.0.0.1:",
                "attempt 1\n",
                "oci >   authorization: [redacted]",
                "oci < no answer after 0.",
                "oci < 200 after 0.",
                "oci <   content-type: application/json",
            ] {
                assert!(text.contains(part), "{part} is not in {text}");
            }
            for part in ["What is 2x2?", "2x2 is 4."] {
                assert_eq!(text.contains(part), bodies, "{text}");
            }
            assert!(!text.contains("signature="), "{text}");
        }
    }
}
