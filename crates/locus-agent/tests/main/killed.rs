//! A process that is killed in the middle of a run, and one that takes the run up.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use locus_agent::{Agent, Reason, SqliteStore, ToolContext, tool};
use oci_emulator::{Emulator, Sandbox};
use oci_router::Model;

use crate::service::{Number, results, router};

/// What the two processes tell each other: the address, the configuration file and the compartment.
const PLACE: &str = "place.txt";
const THREADS: &str = "threads.db";
const PROMPT: &str = "Call act {\"n\":2}, look {\"n\":3} and quick {\"n\":1}.";

fn model(folder: &Path) -> Model {
    let place = std::fs::read_to_string(folder.join(PLACE)).unwrap();
    let [url, config_file, compartment_id] = place.lines().collect::<Vec<_>>()[..] else {
        panic!("{place:?}");
    };
    router(url, Path::new(config_file), compartment_id).model("oci:openai.gpt-5.5")
}

/// An agent whose tools write down that they ran, and two of which never end if they are to hang.
fn agent(folder: &Path, hangs: bool) -> Agent<Model> {
    let noting = |name: &'static str, hangs: bool| {
        let log = folder.join("log.txt");
        tool(name, "Notes its run.", move |number: Number, context: ToolContext| {
            let mut log = std::fs::File::options().create(true).append(true).open(&log).unwrap();
            writeln!(log, "{name} {}", context.call_id()).unwrap();
            async move {
                if hangs {
                    println!("hanging");
                    std::future::pending::<()>().await;
                }
                Ok(format!("{name} {}", number.n))
            }
        })
    };
    Agent::builder(model(folder))
        .tool(noting("quick", false))
        .tool(noting("act", hangs))
        .tool(noting("look", hangs).idempotent())
        .checkpointer(SqliteStore::open(folder.join(THREADS)).unwrap())
        .build()
        .unwrap()
}

/// The process that is killed: it is this test in a folder where it finds what to do, and does nothing elsewhere.
#[tokio::test]
async fn the_process_that_is_killed() {
    let folder = Path::new(".");
    if folder.join(PLACE).exists() {
        let _ = agent(folder, true).run(PROMPT).thread("t").to_end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_no_result_and_runs_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sandbox = Sandbox::create(folder).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
    let config = sandbox.config_file().display();
    let place = format!("{}\n{config}\n{}\n", emulator.url(), sandbox.compartment_id());
    std::fs::write(folder.join(PLACE), place).unwrap();

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_process_that_is_killed", "--nocapture"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let store = SqliteStore::open(folder.join(THREADS)).unwrap();
    let hanging = tokio::task::spawn_blocking(move || {
        lines.map_while(Result::ok).filter(|line| line.ends_with("hanging")).take(2).count()
    });
    assert_eq!(hanging.await.unwrap(), 2);
    // The process lives until the result of the third is on record.
    let result = async {
        loop {
            let kept = locus_agent::Checkpointer::load(&store, "t").await.unwrap().unwrap();
            if serde_json::to_string(&kept).unwrap().contains("quick 1") {
                return kept;
            }
            tokio::task::yield_now().await;
        }
    };
    let kept = result.await;
    assert!(kept.is_pending());
    // SIGKILL: nothing is tidied up.
    child.kill().unwrap();
    child.wait().unwrap();

    let outcome = agent(folder, false).resume().thread("t").to_end().await.unwrap();
    assert_eq!(outcome.reason, Reason::Answered);
    let told = results(&outcome);
    assert!(told[0].contains("not known what it has done"), "{told:?}");
    assert_eq!(told[1..], ["look 3", "quick 1"]);
    let log = std::fs::read_to_string(folder.join("log.txt")).unwrap();
    let ran = |name: &str| log.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!([ran("quick"), ran("act"), ran("look")], [1, 1, 2], "{log}");
    let ids: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("look ")).collect();
    assert_eq!(ids[0], ids[1], "an idempotent call has the same id when it runs again");
    let usage = outcome.conversation.usage();
    assert_eq!((usage.calls, usage.unmetered), (2, 0));
    assert_eq!(emulator.requests().len(), 2);
    assert!(usage.total_tokens > outcome.usage.total_tokens);
}
