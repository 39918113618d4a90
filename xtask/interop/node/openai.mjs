// OpenAI's SDK for Node through a gateway.

import OpenAI from "openai";

import * as checks from "./checks.mjs";

const { CALL, QUESTION, need, url } = checks;
const check = (name, action) => checks.check("openai", name, action);
const client = new OpenAI({ apiKey: "anything", baseURL: `${url}/v1`, maxRetries: 0 });
const user = (content) => [{ role: "user", content }];
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

await check("chat", async () => {
  const answer = await client.chat.completions.create({ model: "oci-grok-4", messages: user(QUESTION) });
  need(answer.choices[0].message.content.includes("4"), JSON.stringify(answer));
  need(answer.usage.total_tokens > 0, "no usage");
});

await check("stream", async () => {
  const stream = await client.chat.completions.create({
    model: "oci-cohere-command",
    messages: user(QUESTION),
    stream: true,
    stream_options: { include_usage: true },
  });
  const pieces = [];
  let usage = null;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
    usage = chunk.usage ?? usage;
  }
  need(pieces.length > 1 && pieces.join("").includes("4"), JSON.stringify(pieces));
  need(usage.total_tokens > 0, "no usage");
});

await check("tools", async () => {
  const answer = await client.chat.completions.create({
    model: "oci-grok-4",
    messages: user(CALL),
    tools: [weather],
    tool_choice: "auto",
  });
  const [call] = answer.choices[0].message.tool_calls;
  need(JSON.parse(call.function.arguments).city === "Oslo", JSON.stringify(call));
});

await check("runner of tools", async () => {
  let asked = null;
  const run = client.chat.completions.runTools({
    model: "oci-grok-4",
    messages: user(CALL),
    tools: [
      {
        type: "function",
        function: {
          ...weather.function,
          parse: JSON.parse,
          function: ({ city }) => {
            asked = city;
            return "sunny";
          },
        },
      },
    ],
  });
  const last = await run.finalChatCompletion();
  need(asked === "Oslo", `the tool was asked for ${asked}`);
  need(last.choices[0].message.content.length > 0, "no last answer");
});

await check("structured output", async () => {
  const answer = await client.chat.completions.parse({
    model: "gpt",
    messages: user(QUESTION),
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "sum",
        strict: true,
        schema: {
          type: "object",
          properties: { result: { type: "integer" } },
          required: ["result"],
          additionalProperties: false,
        },
      },
    },
  });
  need(Number.isInteger(JSON.parse(answer.choices[0].message.content).result), JSON.stringify(answer));
});

await check("responses", async () => {
  const answer = await client.responses.create({ model: "gpt", input: QUESTION });
  need(answer.output_text.includes("4"), JSON.stringify(answer));
});

await check("responses stream", async () => {
  const pieces = [];
  let last = null;
  for await (const event of await client.responses.create({ model: "gpt", input: QUESTION, stream: true })) {
    if (event.type === "response.output_text.delta") pieces.push(event.delta);
    last = event.type;
  }
  need(pieces.length > 1 && pieces.join("").includes("4"), JSON.stringify(pieces));
  need(last === "response.completed", `the last event is ${last}`);
});

await check("embeddings", async () => {
  const answer = await client.embeddings.create({ model: "embed", input: ["Hello world", "Goodbye world"] });
  const sizes = answer.data.map((item) => item.embedding.length);
  need(sizes.length === 2 && sizes[0] === sizes[1] && sizes[0] > 0, JSON.stringify(sizes));
});

await check("models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  need(names.includes("oci-grok-4") && names.includes("gpt"), names.join());
});

await check("unknown model", async () => {
  const error = await client.chat.completions
    .create({ model: "nobody", messages: user(QUESTION) })
    .catch((error) => error);
  need(error instanceof OpenAI.NotFoundError && error.code === "model_not_found", String(error));
});
