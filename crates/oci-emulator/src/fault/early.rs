//! The faults that come in place of an answer.

use tokio::time::sleep;

use super::Fault;
use crate::reply::Reply;
use crate::sabotage::{Deed, Sabotage};
use crate::script::{Broken, Held};

/// The answer to a request whose body has not arrived.
pub(crate) fn early(status: u16) -> Reply {
    let (code, message) = super::oracle_error(status);
    Reply::oracle_error(status, code, message)
}

/// The answer that a fault gives before anything is looked at; `None` for a fault of the answer itself.
///
/// `held` ends when stalled answers are released.
pub(crate) async fn fail_early(
    fault: &Fault,
    held: &mut Held,
    sabotage: &Sabotage,
) -> Result<Option<Reply>, Broken> {
    Ok(Some(match fault {
        Fault::Delay(delay) => {
            sleep(*delay).await;
            return Ok(None);
        }
        Fault::GarbageHead => {
            sabotage.set(Deed::GarbageHead);
            return Ok(None);
        }
        Fault::HalfHead => {
            sabotage.set(Deed::HalfHead);
            return Ok(None);
        }
        Fault::HangUp => return Err(Broken),
        Fault::Html(status) => {
            let page = format!("<html><body><h1>{status}</h1><p>gateway</p></body></html>\n");
            Reply::whole(*status, "text/html", page)
        }
        Fault::OpenAiError { status, kind, code, param, message } => {
            Reply::openai_error(*status, kind, code.as_deref(), param.as_deref(), message)
        }
        Fault::Redirect { location } => {
            Reply::oracle_error(307, "Redirect", "moved").with_header("location", location.clone())
        }
        Fault::Reset => {
            sabotage.set(Deed::Reset);
            return Err(Broken);
        }
        // The connection drops this future when the client leaves.
        Fault::Stall => {
            held.wait().await;
            return Ok(None);
        }
        Fault::Status { status, code, message, retry_after } => {
            Reply::oracle_error(*status, code, message).with_retry_after(*retry_after)
        }
        _ => return Ok(None),
    }))
}
