// The official TypeScript SDK's providers of credentials: each asks for them and signs a chat.
//
// Its signer reads what it signs as text and sends `x-date`. Version 2.2 is the only one of resource principals
// that it knows, and the refresh of a session goes to an address that cannot be set.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const common = require("oci-common");

const told = JSON.parse(process.argv[2]);
const TIMEOUT_MS = 30_000;

/** Signs a chat with a provider and sends it. */
async function chat(provider, adjust = () => {}) {
  const signer = new common.DefaultRequestSigner(provider);
  adjust(signer);
  const request = {
    method: "POST",
    uri: `${told.url}/openai/v1/chat/completions`,
    headers: new Headers({
      "content-type": "application/json",
      "opc-compartment-id": told.compartment_id,
    }),
    body: JSON.stringify({
      model: "openai.gpt-5.5",
      messages: [{ role: "user", content: "What is 2x2?" }],
    }),
  };
  const response = await new common.FetchHttpClient(signer).send(request);
  const text = await response.text();
  assert.strictEqual(response.status, 200, text);
  assert.match(JSON.parse(text).choices[0].message.content, /4/);
}

/** An instance principal, by the two addresses that its builder takes. */
function instance() {
  const builder = new common.InstancePrincipalsAuthenticationDetailsProviderBuilder();
  builder.metadataBaseUrl = told.metadata_url;
  builder.federationEndpoint = told.url;
  return builder.build();
}

/** Runs with the variables of a kind of credentials. */
async function withVariables(kind, action) {
  const before = { ...process.env };
  Object.assign(process.env, told.credentials[kind]);
  try {
    return await action(told.credentials[kind]);
  } finally {
    process.env = before;
  }
}

const CHECKS = {
  "API key": () =>
    withVariables("api_key", (set) =>
      chat(new common.ConfigFileAuthenticationDetailsProvider(set.OCI_CONFIG_FILE, "DEFAULT")),
    ),
  "instance principal": async () => {
    const provider = await instance();
    await chat(provider);
    const before = await provider.getKeyId();
    await provider.refresh();
    assert.notStrictEqual(await provider.getKeyId(), before, "a refresh has changed nothing");
    await chat(provider);
  },
  delegation: () =>
    withVariables("instance_obo_user", async (set) => {
      const token = fs.readFileSync(set.OCI_CLI_DELEGATION_TOKEN_FILE, "utf8").trim();
      await chat(await instance(), (signer) => {
        signer.delegationToken = token;
      });
    }),
  "resource principal 2.2": () =>
    withVariables("resource_principal", async () => {
      const provider = common.ResourcePrincipalAuthenticationDetailsProvider.builder();
      await chat(provider);
      assert.strictEqual(await provider.getStringClaim("res_tenant"), told.tenancy);
    }),
  session: () =>
    withVariables("security_token", (set) =>
      chat(new common.SessionAuthDetailProvider(set.OCI_CONFIG_FILE, set.OCI_CLI_PROFILE)),
    ),
  "workload identity": () =>
    withVariables("oke_workload_identity", async (set) => {
      const provider = await common.OkeWorkloadIdentityAuthenticationDetailsProvider.builder(
        set.OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH,
        set.OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH,
      );
      await chat(provider);
    }),
};

async function main() {
  let failed = false;
  for (const [name, check] of Object.entries(CHECKS)) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    try {
      await Promise.race([check(), late]);
      console.log(`ok oci-common ${name}`);
    } catch (error) {
      failed = true;
      console.log(`FAILED oci-common ${name}: ${String(error).replaceAll("\n", " ")}`);
    } finally {
      clearTimeout(timer);
    }
  }
  // A client of the SDK may keep a connection open.
  process.exit(failed ? 1 : 0);
}

main();
