//! `locus files`: what prompts, vector stores and containers refer to.

use crate::table::{Shown as _, Table, time, word};
use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use locus::transport::{Download, UploadStep};
use locus::wire::resources::{FileObject, FilePurpose, FileStatus, FileUpload};
use locus::{FileOnDisk, Listing};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::{Failure, is_closed_pipe};

#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    /// Lists files.
    List(ListArgs),
    /// Shows a file.
    Get(One),
    /// Uploads a file without holding it in memory.
    Upload(UploadArgs),
    /// Downloads what is in a file, going on where a connection breaks.
    Download(DownloadArgs),
    /// Deletes a file.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Only files for this purpose.
    #[arg(long)]
    purpose: Option<String>,

    #[command(flatten)]
    list: List,
}

#[derive(Args, Debug)]
pub(crate) struct UploadArgs {
    /// The file.
    path: PathBuf,

    /// What it is for: assistants, batch, fine-tune, vision, user_data or evals.
    #[arg(long, default_value = "user_data")]
    purpose: String,

    /// The name to keep it under [default: its own].
    #[arg(long)]
    name: Option<String>,

    /// In how many hours it is deleted, 1 to 720 [default: never].
    #[arg(long, value_name = "HOURS")]
    expires: Option<u64>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct DownloadArgs {
    /// Its id.
    id: String,

    /// Where to write it [default: standard output]. A file that is there is not written over.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Go on with a file that an earlier download has left incomplete.
    #[arg(long, requires = "output")]
    resume: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: FilesCommand) -> Result<ExitCode, Failure> {
    match command {
        FilesCommand::List(args) => {
            let common = &args.list.common;
            let files = common.open().await?.client.files();
            let purpose = args.purpose.map(FilePurpose::from);
            let mut table = Table::new(common.json, HEADER);
            entries!(files.all(purpose, Listing::default()), args.list.limit(), table, row);
            table.print()
        }
        FilesCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.files().get(&args.id).await, row)
        }
        FilesCommand::Upload(args) => upload(args).await,
        FilesCommand::Download(args) => download(args).await,
        FilesCommand::Delete(args) => {
            let target = args.common.open().await?;
            target.client.files().delete(&args.id).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

async fn upload(args: UploadArgs) -> Result<ExitCode, Failure> {
    let target = args.common.open().await?;
    let mut upload = FileUpload::new(FilePurpose::from(args.purpose));
    if let Some(hours) = args.expires {
        upload = upload.with_expires_after(hours.saturating_mul(3600));
    }
    let mut file = FileOnDisk::new(args.path);
    if let Some(name) = args.name {
        file = file.with_name(name);
    }
    let bar = bar();
    let shown = bar.clone();
    let file = file.on_progress(move |progress| {
        shown.set_message(match progress.step {
            UploadStep::Hashing => "hashing",
            _ => "sending",
        });
        shown.set_length(progress.total);
        shown.set_position(progress.done);
    });
    let kept = target.client.files().upload_from_disk(&upload, &file).await;
    bar.finish_and_clear();
    one!(Table::new(args.common.json, HEADER), kept, row)
}

async fn download(args: DownloadArgs) -> Result<ExitCode, Failure> {
    let target = args.common.open().await?;
    let files = target.client.files();
    let content = files.download(&args.id);
    let Some(path) = args.output else { return to_standard_output(content).await };
    let failed_at = |error| Failure::io(&format!("cannot write {}", path.display()), error);
    let mut options = OpenOptions::new();
    let options = if args.resume {
        options.append(true).create(true)
    } else {
        options.write(true).create_new(true)
    };
    let mut file = options.open(&path).map_err(failed_at)?;
    let place = file.metadata().map_err(failed_at)?.len();
    if args.resume && place > 0 {
        // The service refuses to send what comes after the end, so what is complete is not asked for.
        let kept = files.get(&args.id).await.map_err(failed)?;
        if kept.bytes == Some(place) {
            return Ok(DONE);
        }
    }
    let mut content = content.starting_at(place);
    let bar = bar();
    while let Some(piece) = content.piece().await {
        let piece = piece.map_err(|error| incomplete(&path, error))?;
        file.write_all(&piece).map_err(failed_at)?;
        bar.set_length(content.total().unwrap_or_else(|| content.place()));
        bar.set_position(content.place());
    }
    file.sync_all().map_err(failed_at)?;
    bar.finish_and_clear();
    Ok(DONE)
}

async fn to_standard_output(mut content: Download) -> Result<ExitCode, Failure> {
    let mut stdout = std::io::stdout();
    while let Some(piece) = content.piece().await {
        let piece = piece.map_err(failed)?;
        match stdout.write_all(&piece).and_then(|()| stdout.flush()) {
            Err(error) if is_closed_pipe(&error) => return Ok(DONE),
            Err(error) => return Err(Failure::io("cannot write to standard output", error)),
            Ok(()) => {}
        }
    }
    Ok(DONE)
}

fn incomplete(path: &Path, error: locus::transport::Error) -> Failure {
    failed(error).with_hint(format!("{} is incomplete, --resume goes on with it", path.display()))
}

/// A bar on standard error, if a person looks at it.
fn bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(10)
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let template = "{msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn row(file: &FileObject) -> Vec<String> {
    vec![
        file.id.shown(),
        file.filename.shown(),
        file.bytes.shown(),
        word(file.purpose.as_ref().map(FilePurpose::as_str)),
        word(file.status.as_ref().map(FileStatus::as_str)),
        time(file.created_at),
    ]
}

const HEADER: &[&str] = &["ID", "NAME", "BYTES", "PURPOSE", "STATUS", "UPLOADED"];
