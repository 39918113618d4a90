//! Ways of reading one event of each dialect, `oci-wire`'s first; each tells how long the text in the event is.

use oci_wire::chat::ChatChunk;
use oci_wire::native::ChatEvent;
use oci_wire::responses::Event;

mod derived;
mod samples;

use samples::{CHUNK, DELTA, DELTA_NAME, NATIVE, TEXT};

/// An event, and the ways to read it.
pub struct Subject {
    /// What it is.
    pub name: &'static str,
    /// Its text.
    pub data: &'static str,
    /// The ways.
    pub ways: &'static [Way],
}

/// One event of each dialect.
///
/// # Panics
/// When a way does not find the text that is in its event.
pub fn subjects() -> [Subject; 3] {
    let subjects = [
        Subject { name: "a chunk of chat completions", data: CHUNK, ways: &CHUNK_WAYS },
        Subject { name: "a text delta of the Responses API", data: DELTA, ways: &DELTA_WAYS },
        Subject { name: "an event of a native stream", data: NATIVE, ways: &NATIVE_WAYS },
    ];
    for Subject { name, data, ways } in &subjects {
        for (way, read) in *ways {
            assert_eq!(read(data), TEXT.len(), "{way} did not find the text of {name}");
        }
    }
    subjects
}

/// A way of reading: its name, and a function that tells how long the text in the event is.
pub type Way = (&'static str, fn(&str) -> usize);

/// What the others are compared with.
pub const OURS: &str = "oci-wire, borrowed";

const CHUNK_WAYS: [Way; 7] = [
    (OURS, |data| ChatChunk::from_json(data).unwrap().text().unwrap().len()),
    ("oci-wire, owned", |data| {
        ChatChunk::from_json(data).unwrap().into_owned().text().unwrap().len()
    }),
    ("serde_json, all members, owned", |data| {
        let chunk: derived::Chunk = serde_json::from_str(data).unwrap();
        chunk.choices[0].delta.content.as_ref().unwrap().len()
    }),
    ("sonic-rs, all members, owned", |data| {
        let chunk: derived::Chunk = sonic_rs::from_str(data).unwrap();
        chunk.choices[0].delta.content.as_ref().unwrap().len()
    }),
    ("serde_json, view", |data| {
        let chunk: derived::ChunkView<'_> = serde_json::from_str(data).unwrap();
        chunk.choices[0].delta.content.as_ref().unwrap().len()
    }),
    ("sonic-rs, view", |data| {
        let chunk: derived::ChunkView<'_> = sonic_rs::from_str(data).unwrap();
        chunk.choices[0].delta.content.as_ref().unwrap().len()
    }),
    ("serde_json, tree", |data| {
        let chunk: serde_json::Value = serde_json::from_str(data).unwrap();
        chunk["choices"][0]["delta"]["content"].as_str().unwrap().len()
    }),
];

const DELTA_WAYS: [Way; 9] = [
    (OURS, |data| text_of(Event::parse(Some(DELTA_NAME), data).as_ref().unwrap())),
    ("oci-wire, owned", |data| {
        text_of(&Event::parse(Some(DELTA_NAME), data).unwrap().into_owned())
    }),
    ("oci-wire, borrowed, without the event's name", |data| {
        text_of(Event::parse(None, data).as_ref().unwrap())
    }),
    ("oci-wire, owned, without the event's name", |data| {
        text_of(&Event::parse(None, data).unwrap().into_owned())
    }),
    ("serde_json, all members, owned", |data| {
        serde_json::from_str::<derived::TextDelta>(data).unwrap().delta.len()
    }),
    ("sonic-rs, all members, owned", |data| {
        sonic_rs::from_str::<derived::TextDelta>(data).unwrap().delta.len()
    }),
    ("serde_json, view", |data| {
        serde_json::from_str::<derived::TextDeltaView<'_>>(data).unwrap().delta.len()
    }),
    ("sonic-rs, view", |data| {
        sonic_rs::from_str::<derived::TextDeltaView<'_>>(data).unwrap().delta.len()
    }),
    ("serde_json, tree", |data| {
        let event: serde_json::Value = serde_json::from_str(data).unwrap();
        event["delta"].as_str().unwrap().len()
    }),
];

const NATIVE_WAYS: [Way; 6] = [
    (OURS, |data| {
        let event = ChatEvent::from_json(data).unwrap();
        let content = event.message.as_ref().unwrap().content.as_ref().unwrap();
        content.iter().next().unwrap().text.as_ref().unwrap().len()
    }),
    ("serde_json, all members, owned", |data| {
        let event: derived::NativeEvent = serde_json::from_str(data).unwrap();
        event.message.unwrap().content.unwrap()[0].text.as_ref().unwrap().len()
    }),
    ("sonic-rs, all members, owned", |data| {
        let event: derived::NativeEvent = sonic_rs::from_str(data).unwrap();
        event.message.unwrap().content.unwrap()[0].text.as_ref().unwrap().len()
    }),
    ("serde_json, view", |data| {
        let event: derived::NativeEventView<'_> = serde_json::from_str(data).unwrap();
        event.message.unwrap().content.unwrap()[0].text.as_ref().unwrap().len()
    }),
    ("sonic-rs, view", |data| {
        let event: derived::NativeEventView<'_> = sonic_rs::from_str(data).unwrap();
        event.message.unwrap().content.unwrap()[0].text.as_ref().unwrap().len()
    }),
    ("serde_json, tree", |data| {
        let event: serde_json::Value = serde_json::from_str(data).unwrap();
        event["message"]["content"][0]["text"].as_str().unwrap().len()
    }),
];

fn text_of(event: &Event<'_>) -> usize {
    match event {
        Event::OutputTextDelta(delta) => delta.text().len(),
        _ => 0,
    }
}
