// Vercel's AI SDK through a gateway, over each of the three APIs.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, Output, embedMany, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

import * as checks from "./checks.mjs";

const { CALL, QUESTION, need, url } = checks;
globalThis.AI_SDK_LOG_WARNINGS = false;
const options = { baseURL: `${url}/v1`, apiKey: "anything" };
const openai = createOpenAI(options);
const compatible = createOpenAICompatible({ ...options, name: "oci", includeUsage: true, supportsStructuredOutputs: true });
const anthropic = createAnthropic(options);
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, sky: "sunny" }),
});

for (const [name, model, none] of [
  ["chat", openai.chat("oci-grok-4"), openai.chat("nobody")],
  ["responses", openai.responses("gpt"), openai.responses("nobody")],
  ["responses, translated", openai.responses("oci-cohere-command"), openai.responses("nobody")],
  ["compatible", compatible("oci-cohere-command"), compatible("nobody")],
  // This SDK gets an object from a model that Anthropic does not have by a tool that must be called; Cohere's own API has no such choice.
  ["messages", anthropic("gpt"), anthropic("nobody")],
]) {
  const check = (what, action) => checks.check(`ai ${name}`, what, action);
  const asked = { model, maxRetries: 0, prompt: QUESTION };

  await check("text", async () => {
    const { text, usage } = await generateText({ ...asked, system: "Be brief.", maxOutputTokens: 300 });
    need(text.includes("4") && usage.totalTokens > 0, `${text} ${JSON.stringify(usage)}`);
  });

  await check("stream", async () => {
    const stream = streamText({ ...asked, onError: () => {} });
    const kinds = [];
    for await (const part of stream.fullStream) kinds.push(part.type);
    need(kinds.includes("text-delta") && kinds.at(-1) === "finish", kinds.join());
    need((await stream.text).includes("4") && (await stream.usage).totalTokens > 0, await stream.text);
  });

  await check("steps with a tool", async () => {
    const stream = streamText({ ...asked, prompt: CALL, tools: { get_weather: weather }, stopWhen: stepCountIs(3) });
    const steps = await stream.steps;
    need(steps.length === 2 && steps[0].toolCalls[0].input.city === "Oslo", JSON.stringify(steps));
    need((await stream.text).includes("sunny"), await stream.text);
  });

  await check("object", async () => {
    const output = Output.object({ schema: z.object({ result: z.number().int() }) });
    const answer = await generateText({ ...asked, output });
    need(Number.isInteger(answer.output.result), answer.text);
  });

  await check("image", async () => {
    const content = [{ type: "text", text: QUESTION }, { type: "image", image: `data:image/png;base64,${DOT}` }];
    const { text } = await generateText({ model, maxRetries: 0, messages: [{ role: "user", content }] });
    need(text.includes("4"), text);
  });

  await check("abort", async () => {
    const ended = new AbortController();
    const kinds = [];
    for await (const part of streamText({ ...asked, abortSignal: ended.signal }).fullStream) {
      kinds.push(part.type);
      if (part.type === "text-delta") ended.abort();
    }
    need(kinds.at(-1) === "abort", kinds.join());
  });

  await check("unknown model", async () => {
    const error = await generateText({ ...asked, model: none }).catch((error) => error);
    need(APICallError.isInstance(error) && error.statusCode === 404 && error.message.includes("nobody"), String(error));
  });
}

await checks.check("ai", "embeddings", async () => {
  const { embeddings } = await embedMany({ model: openai.embedding("embed"), values: ["Hello", "Goodbye", "Again"] });
  need(embeddings.length === 3 && embeddings[0].length > 0, JSON.stringify(embeddings.map((one) => one.length)));
});
