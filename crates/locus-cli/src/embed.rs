//! `locus embed`: vectors of texts or images.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use locus::wire::native::{EmbedInputType, Truncate};
use serde_json::json;

use crate::args::EXIT_STATUS;
use crate::connect::ConnectArgs;
use crate::escape;
use crate::failure::Failure;
use crate::image;
use crate::input;
use crate::stdout::say;

#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct EmbedArgs {
    /// The texts; without them, one on each line of standard input.
    texts: Vec<String>,

    /// The model.
    #[arg(long, short, default_value = "oci:cohere.embed-v4.0", value_name = "ID")]
    model: String,

    /// An image in place of texts: PNG, JPEG, GIF or WebP; may be repeated.
    #[arg(long = "image", value_name = "FILE", conflicts_with_all = ["texts", "input_type"])]
    images: Vec<PathBuf>,

    /// What the vectors are for [default: the model's own].
    #[arg(long, value_enum, value_name = "USE")]
    input_type: Option<Use>,

    /// What becomes of a text that is too long [default: it is refused].
    #[arg(long, value_enum, value_name = "PART")]
    truncate: Option<Part>,

    /// How many numbers a vector has [default: the model's own].
    #[arg(long, value_name = "NUMBERS")]
    dimensions: Option<u32>,

    /// Print one JSON object for each vector, all its numbers included.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// What vectors of texts are for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Use {
    /// Texts to be found.
    Document,
    /// Texts to find with.
    Query,
    /// Input of a classifier.
    Classification,
    /// Input of a clustering.
    Clustering,
}

/// The part of a text that is dropped.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    Start,
    End,
}

pub(crate) async fn run(args: EmbedArgs) -> Result<ExitCode, Failure> {
    let (inputs, names) = match args.images.as_slice() {
        [] => {
            let texts = input::lines(&args.texts, "text").await?;
            (texts.clone(), texts)
        }
        files => {
            let urls = files.iter().map(|file| image::data_url(file)).collect::<Result<_, _>>()?;
            (urls, files.iter().map(|file| shown(file)).collect())
        }
    };
    let target = args.connect.open().await?;
    let mut call = target.client.model(&args.model).embed(inputs);
    call = match args.input_type {
        _ if !args.images.is_empty() => call.input_type(EmbedInputType::Image),
        Some(Use::Document) => call.input_type(EmbedInputType::SearchDocument),
        Some(Use::Query) => call.input_type(EmbedInputType::SearchQuery),
        Some(Use::Classification) => call.input_type(EmbedInputType::Classification),
        Some(Use::Clustering) => call.input_type(EmbedInputType::Clustering),
        None => call,
    };
    call = match args.truncate {
        Some(Part::Start) => call.truncate(Truncate::Start),
        Some(Part::End) => call.truncate(Truncate::End),
        None => call,
    };
    if let Some(numbers) = args.dimensions {
        call = call.dimensions(numbers);
    }
    let embeddings = call.await.map_err(locus::Error::from)?;
    let mut text = String::new();
    for (index, (vector, name)) in embeddings.vectors.iter().zip(&names).enumerate() {
        if args.json {
            let value = json!({"index": index, "input": name, "embedding": vector});
            text.push_str(&escape::json(&format!("{value}\n")));
        } else {
            let first: Vec<String> =
                vector.iter().take(SHOWN).map(|number| format!("{number:+.4}")).collect();
            let more = if vector.len() > SHOWN { " …" } else { "" };
            text.push_str(&format!(
                "{:>5} numbers  {}{more}  {}\n",
                vector.len(),
                first.join(" "),
                escape::line(&cut(name))
            ));
        }
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

/// The beginning of a text, so that its line fits a terminal.
fn cut(text: &str) -> String {
    let mut beginning: String = text.chars().take(LONGEST).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    beginning
}

/// How many numbers of a vector a line shows.
const SHOWN: usize = 3;

/// How many characters of an input a line shows.
const LONGEST: usize = 36;
