//! What a command works on: its arguments, or standard input.

use std::io::{IsTerminal as _, Read as _};

use crate::failure::Failure;

/// All of standard input as text. `what` is what is missing if it is a terminal, at which nobody was told to type.
pub(crate) async fn text(what: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            format!("no {what}"),
            "write it behind the command, or pipe it into standard input",
        ));
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
    });
    let read = read.await.map_err(|error| Failure::io("cannot read standard input", error))?;
    read.map_err(|error| Failure::io(&format!("cannot read the {what} from standard input"), error))
}

/// The arguments, or the lines of standard input that are not empty.
pub(crate) async fn lines(given: &[String], what: &str) -> Result<Vec<String>, Failure> {
    let lines: Vec<String> = match given {
        [] => {
            let text = text(what).await?;
            text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
        }
        given => given.to_vec(),
    };
    if lines.is_empty() {
        return Err(Failure::usage(
            format!("no {what}"),
            "write it behind the command, or pipe it into standard input, one on each line",
        ));
    }
    Ok(lines)
}
