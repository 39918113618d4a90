//! The routing table of docs/models.md is that of the code.

use locus::{Format, Operation, Serving, Transport};

use crate::page;

#[test]
fn the_routing_table_is_documented_as_it_is() {
    let mut lines = vec![
        "| id begins with | for | transport | native format | capacity |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for row in locus::prefixes() {
        let transport = match row.transport {
            Transport::Native => "native",
            Transport::Responses => "Responses",
            Transport::V1 => "V1",
            other => panic!("{other} has no name in the documentation"),
        };
        let format = match (row.operation, row.format) {
            (Operation::Embeddings | Operation::Rerank, _) => "",
            (_, Format::Generic) => "GENERIC",
            (_, Format::Cohere) => "COHERE",
            (_, Format::CohereV2) => "COHEREV2",
            (_, other) => panic!("{other:?} has no name in the documentation"),
        };
        let serving = if row.serving == Serving::Dedicated { "dedicated" } else { "on demand" };
        lines.push(format!(
            "| `{}` | {} | {transport} | {format} | {serving} |",
            row.prefix, row.operation
        ));
    }
    page::check("models.md", "routes", &lines);
}
