// What the programs of this folder share: `node <program>.mjs <url>` prints one line for each check.

export const QUESTION = "What is 2x2?";
export const CALL = 'get_weather {"city": "Oslo"}';
export const url = process.argv[2];

export function need(condition, message) {
  if (!condition) throw new Error(message);
}

/** Runs a check of the client with this name, and tells how it went. */
export async function check(client, name, action) {
  try {
    await action();
    console.log(`ok gateway node ${client} ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED gateway node ${client} ${name}: ${String(error).replaceAll("\n", " ")}`);
  }
}
