//! The columns of the matrices of docs/features.md.

use std::sync::OnceLock;

use locus::wire::chat::{
    ChatRequest, ChatResponse, FinishReason, ImageDetail, Message, Part, ReasoningEffort,
    ResponseFormat, Tool, ToolCall, Usage,
};
use locus::wire::responses::ReasoningSummary;
use locus::{Chat, Model};
use serde_json::{Value, json};

/// The id of a file that the service has.
pub(crate) static UPLOADED: OnceLock<String> = OnceLock::new();

const IMAGE: &str = "data:image/png;base64,iVBORw0KGgo=";
const DOCUMENT: &str = "data:application/pdf;base64,JVBERi0=";

/// A column: its name, the call, and what its answer and the body that was sent must have.
pub(crate) struct Feature {
    pub(crate) name: &'static str,
    pub(crate) call: fn(&Model) -> Chat,
    pub(crate) holds: fn(&ChatResponse, &str) -> bool,
}

/// What most programs ask for.
pub(crate) const FEATURES: &[Feature] = &[
    Feature {
        name: "text",
        call: |model| model.chat("What is 2x2?").system("Be brief."),
        holds: |answer, sent| answer.text().contains("2x2 is 4.") && sent.contains("Be brief."),
    },
    Feature {
        name: "token counts",
        call: |model| model.chat("What is 2x2?"),
        holds: |answer, _| answer.usage.as_ref().and_then(Usage::total) > Some(4),
    },
    Feature {
        name: "two calls",
        call: |model| {
            let question = "Call get_weather {\"city\":\"Rome\"} and get_time {\"city\":\"Rome\"}.";
            model.chat(question).tools([tool("get_weather"), tool("get_time")])
        },
        holds: |answer, _| {
            let calls = answer.tool_calls();
            let names: Vec<&str> = calls.iter().map(ToolCall::name).collect();
            let is_rome = |text: &str| {
                serde_json::from_str::<Value>(text).is_ok_and(|value| value["city"] == "Rome")
            };
            names == ["get_weather", "get_time"]
                && calls.iter().all(|call| is_rome(call.arguments()) && !call.id().is_empty())
                && calls[0].id() != calls[1].id()
                && answer.finish_reason() == Some(&FinishReason::ToolCalls)
        },
    },
    Feature {
        name: "results",
        call: |model| {
            let asked = json!({"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function",
                "function": {"name": "get_weather", "arguments": "{\"city\":\"Rome\"}"}}]});
            let asked: Message = serde_json::from_value(asked).unwrap();
            let result = Message::tool("call_1", "{\"celsius\":21}");
            let history = [Message::user("How is Rome?"), asked, result];
            model.chat(history).tools([tool("get_weather")])
        },
        holds: |answer, _| answer.text().contains("21"),
    },
    Feature {
        name: "forced call",
        call: |model| {
            let choice = json!({"type": "function", "function": {"name": "get_time"}});
            let choice = serde_json::from_value(choice).unwrap();
            model
                .chat("Hello.")
                .tools([tool("get_weather"), tool("get_time")])
                .with(|request| request.tool_choice = Some(choice))
        },
        holds: |answer, _| answer.tool_calls().iter().any(|call| call.name() == "get_time"),
    },
    Feature {
        name: "JSON schema",
        call: |model| {
            let schema = json!({"type": "object", "properties": {"name": {"type": "string"}},
                "required": ["name"], "additionalProperties": false});
            let format = ResponseFormat::json_schema("person", schema);
            model.chat("Who is Ada?").with(|request| request.response_format = Some(format))
        },
        holds: |answer, _| {
            serde_json::from_str::<Value>(answer.text())
                .is_ok_and(|value| value["name"].is_string())
        },
    },
    Feature {
        name: "images",
        call: |model| {
            let image = Part::image_url_with_detail(IMAGE, ImageDetail::High);
            model.chat(Message::user([Part::text("What is it?"), image]))
        },
        holds: |_, sent| sent.contains(IMAGE),
    },
    Feature {
        name: "effort",
        call: |model| {
            model.chat("Think.").with(|it| it.reasoning_effort = Some(ReasoningEffort::High))
        },
        holds: |_, sent| sent.to_lowercase().contains("\"high\""),
    },
    Feature {
        // Responses take no limit below 16.
        name: "limit",
        call: |model| {
            model
                .chat("one two three four ".repeat(10))
                .with(|it: &mut ChatRequest| it.max_tokens = Some(16))
        },
        holds: |answer, _| answer.finish_reason() == Some(&FinishReason::Length),
    },
    Feature {
        name: "temperature",
        call: |model| model.chat("Hello.").with(|it| it.temperature = Some(1.into())),
        holds: |_, sent| sent.contains("\"temperature\":1"),
    },
    Feature {
        name: "stop",
        call: |model| model.chat("one two three").with(|it| it.stop = Some("two".into())),
        holds: |answer, _| !answer.text().contains("three"),
    },
    Feature {
        name: "seed",
        call: |model| model.chat("Hello.").with(|it| it.seed = Some(7)),
        holds: |_, sent| sent.contains("\"seed\":7"),
    },
];

/// Inputs and parameters that fewer programs need.
pub(crate) const MORE: &[Feature] = &[
    Feature {
        name: "documents",
        call: |model| ask_about(model, Part::file_data("a.pdf", DOCUMENT)),
        holds: |_, sent| sent.contains(DOCUMENT),
    },
    Feature {
        name: "files by id",
        call: |model| ask_about(model, Part::file_id(UPLOADED.get().unwrap())),
        holds: |_, sent| sent.contains(UPLOADED.get().unwrap()),
    },
    Feature {
        name: "files by address",
        call: |model| ask_about(model, Part::file_url("https://example.com/a.pdf")),
        holds: |_, sent| sent.contains("\"https://example.com/a.pdf\""),
    },
    Feature {
        name: "audio",
        call: |model| ask_about(model, Part::input_audio("SUQz", "mp3")),
        holds: |_, sent| sent.contains("SUQz"),
    },
    Feature {
        name: "summary",
        call: |model| model.chat("Think.").reasoning_summary(ReasoningSummary::Auto),
        holds: |_, sent| sent.contains("\"summary\":\"auto\""),
    },
    Feature {
        name: "budget of thinking",
        call: |model| model.chat("Think.").thinking_budget(2048),
        holds: |_, sent| sent.contains("2048"),
    },
    Feature {
        name: "two answers",
        call: |model| model.chat("What is 2x2?").with(|it| it.n = Some(2)),
        holds: |answer, _| answer.choices.len() == 2,
    },
    Feature {
        name: "log probabilities",
        call: |model| model.chat("Hello.").with(|it| it.logprobs = Some(true)),
        holds: |_, sent| sent.to_lowercase().contains("logprobs"),
    },
    Feature {
        name: "penalties",
        call: |model| {
            model.chat("Hello.").with(|it| {
                it.frequency_penalty = Some(0.5.into());
            })
        },
        holds: |_, sent| {
            sent.contains("\"frequency_penalty\":0.5") || sent.contains("\"frequencyPenalty\":0.5")
        },
    },
    Feature {
        name: "metadata",
        call: |model| {
            model.chat("Hello.").with(|it| *it = std::mem::take(it).with_metadata("topic", "demo"))
        },
        holds: |_, sent| sent.contains("\"topic\":\"demo\""),
    },
];

fn ask_about(model: &Model, part: Part) -> Chat {
    model.chat(Message::user([Part::text("What is in it?"), part]))
}

fn tool(name: &str) -> Tool {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    Tool::function(name, "Tells something of a city", schema)
}
