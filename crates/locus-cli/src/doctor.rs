//! `locus doctor`: every condition of a call, one line each, and what to do about the one that is not met.

mod call;
mod local;
mod report;

use std::process::ExitCode;

use clap::Args;

use crate::connect::ConnectArgs;
use crate::failure::Failure;
use crate::lines::width;
use crate::stdout::say;
use report::Report;

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DoctorArgs {
    /// The model that is asked for one word, which costs a few tokens.
    #[arg(long, short, default_value = "oci:openai.gpt-oss-20b", value_name = "ID")]
    model: String,

    /// Look at files and variables only, and call nobody.
    #[arg(long)]
    offline: bool,

    /// Print one JSON object for each line.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: DoctorArgs) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    if args.connect.emulator {
        let target = args.connect.open().await?;
        report
            .note("emulator", "an account made for this call, so files and variables do not count");
        call::check(&mut report, &target.client, &args.model).await;
    } else if let Some(client) = local::check(&mut report, &args.connect)? {
        if args.offline {
            report.untried("--offline");
        } else {
            call::check(&mut report, &client, &args.model).await;
        }
    }
    say(&if args.json { report.json() } else { report.text(width()) })?;
    Ok(report.exit_code())
}

const AFTER_HELP: &str = "\
Each line is `ok`, `fail` with what to do, or `-` for what could not be tried because of a line above.

Exit status:
  0  nothing failed
  2  the command line is wrong
  3  a line about this machine failed: files, variables, key, token, region
  4  the service did not accept the signature, or the clocks differ
  5  a policy is missing, or the model is not there
  7  the service answered with another error
  8  no connection";
