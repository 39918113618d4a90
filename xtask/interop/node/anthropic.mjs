// Anthropic's SDK for Node through a gateway.

import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { z } from "zod";

import * as checks from "./checks.mjs";

const { CALL, QUESTION, need, url } = checks;
const check = (name, action) => checks.check("anthropic", name, action);
const client = new Anthropic({ apiKey: "anything", baseURL: url, maxRetries: 0 });
const user = (content) => [{ role: "user", content }];
const said = (message) => message.content.map((block) => block.text ?? "").join("");
const asked = { model: "oci-grok-4", max_tokens: 300, messages: user(QUESTION) };
const city = z.object({ city: z.string() });

await check("message", async () => {
  const message = await client.messages.create(asked);
  need(said(message).includes("4") && message.stop_reason === "end_turn", JSON.stringify(message));
  need(message.usage.output_tokens > 0, "no usage");
  need(message._request_id, "no id of the request");
});

await check("stream", async () => {
  const pieces = [];
  const stream = client.messages.stream({ ...asked, model: "oci-cohere-command" }).on("text", (text) => pieces.push(text));
  const message = await stream.finalMessage();
  need(pieces.length > 1 && pieces.join("") === said(message), JSON.stringify(message));
  need(message.usage.input_tokens > 0 && stream.request_id, "no usage, or no id of the request");
});

await check("tools, streamed", async () => {
  const tool = { name: "get_weather", description: "The weather of a city", input_schema: z.toJSONSchema(city) };
  const stream = client.messages.stream({ ...asked, tools: [tool], tool_choice: { type: "any" }, messages: user(CALL) });
  const message = await stream.finalMessage();
  const call = message.content.find((block) => block.type === "tool_use");
  need(call?.input.city === "Oslo" && message.stop_reason === "tool_use", JSON.stringify(message));
});

// It keeps conversations with the server where it may, which this one does not.
await check("runner of tools", async () => {
  const cities = [];
  const run = async (input) => (cities.push(input.city), "sunny");
  const tool = betaZodTool({ name: "get_weather", description: "The weather of a city", inputSchema: city, run });
  const runner = client.beta.messages.toolRunner({ ...asked, model: "gpt", tools: [tool], messages: user(CALL) });
  const last = await runner;
  need(cities.join() === "Oslo" && said(last).includes("sunny"), JSON.stringify(last));
  const roles = runner.params.messages.map((message) => message.role);
  need(roles.join() === "user,assistant,user,assistant", roles.join());
});

await check("structured output", async () => {
  const format = zodOutputFormat(z.object({ result: z.number().int() }));
  const message = await client.messages.parse({ ...asked, model: "gpt", output_config: { format } });
  need(Number.isInteger(message.parsed_output?.result), JSON.stringify(message));
});

await check("count of tokens", async () => {
  const { input_tokens } = await client.messages.countTokens({ model: asked.model, messages: asked.messages });
  need(input_tokens > 0, `${input_tokens} tokens`);
});

await check("models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(`${model.type} ${model.id}, ${model.display_name}`);
  need(names.includes("model gpt, gpt"), names.join("; "));
  const model = await client.models.retrieve("gpt");
  need(new Date(model.created_at) <= new Date(), JSON.stringify(model));
});

await check("unknown model", async () => {
  const error = await client.messages.create({ ...asked, model: "nobody" }).catch((error) => error);
  need(error instanceof Anthropic.NotFoundError && error.type === "not_found_error", String(error));
});
