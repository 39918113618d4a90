//! The faults that come in place of an answer.

use tokio::time::sleep;

use super::Fault;
use crate::reply::Reply;
use crate::script::Broken;

/// The answer that a fault gives before anything is looked at; `None` for a fault of the answer itself.
pub(crate) async fn fail_early(fault: &Fault) -> Result<Option<Reply>, Broken> {
    Ok(Some(match fault {
        Fault::Delay(delay) => {
            sleep(*delay).await;
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
        // The connection drops this future when the client leaves.
        Fault::Stall => std::future::pending().await,
        Fault::Status { status, code, message, retry_after } => {
            Reply::oracle_error(*status, code, message).with_retry_after(*retry_after)
        }
        _ => return Ok(None),
    }))
}
