// fal's official JavaScript client against the sandbox, case by case.

import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

import { ApiError, ValidationError } from "@fal-ai/client";

import { MODEL, png, scenario, size, withSandbox } from "./sandbox.mjs";

const cases = [];
const add = (name, options, body) => cases.push({ name, options, body });

/** What must be refused by the server with this status; gives the client's error. */
async function refused(status, promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ApiError, error);
    assert.equal(error.status, status, error.message);
    return error;
  }
  assert.fail(`${status} was expected, and nothing was refused`);
}

const bytes = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());

// Storage

add("a small file is uploaded by signed url", {}, async (sandbox) => {
  const url = await sandbox.upload("a b.png", 30, 20);
  assert.deepEqual(await bytes(url), png(30, 20));
  const { calls, inputs } = await sandbox.stats();
  assert.deepEqual([calls.initiate, calls.put], [1, 1]);
  assert.equal(Object.values(inputs)[0].file, "a b.png");
});

add("a large file is uploaded in parts", {}, async (sandbox) => {
  const data = Buffer.concat(Array(91).fill(randomBytes(1 << 20)));
  const url = await sandbox.fal.storage.upload(new Blob([data], { type: "application/octet-stream" }));
  assert.ok(data.equals(await bytes(url)));
  assert.equal((await sandbox.stats()).calls.part, 10);
});

add("a file in the input is uploaded on the way", {}, async (sandbox) => {
  const image_url = new Blob([png(8, 6)], { type: "image/png" });
  const { data } = await sandbox.fal.subscribe(MODEL, { input: { image_url, upscale_factor: 4 } });
  assert.deepEqual([data.image.width, data.image.height], [32, 24]);
});

add("an upload expires when it was asked to", {}, async (sandbox) => {
  const file = new Blob([png(3, 3)], { type: "image/png" });
  const url = await sandbox.fal.storage.upload(file, { lifecycle: { expiresIn: "1h" } });
  assert.equal((await fetch(url)).status, 200);
  await sandbox.clock({ advance_s: 3601 });
  assert.equal((await fetch(url)).status, 404);
});

// The queue

const lines = (update) => (update.logs ?? []).map((log) => log.message);

for (const mode of ["polling", "streaming"]) {
  add(`subscribe by ${mode} gives the result and growing logs`, { latency: 700 }, async (sandbox) => {
    const updates = [];
    const ids = [];
    const { data, requestId } = await sandbox.fal.subscribe(MODEL, {
      input: { image_url: await sandbox.upload(), upscale_factor: 3, seed: 7 },
      mode,
      pollInterval: 100,
      logs: true,
      onEnqueue: (id) => ids.push(id),
      onQueueUpdate: (update) => updates.push({ status: update.status, lines: lines(update) }),
    });
    assert.deepEqual([data.image.width, data.image.height, data.seed], [72, 48, 7]);
    assert.match(data.caption, /24 by 16 pixels.*sandbox/);
    assert.deepEqual(size(await bytes(data.image.url)), [72, 48]);
    assert.deepEqual(ids, [requestId]);
    const running = updates.filter(({ status }) => status === "IN_PROGRESS");
    assert.ok(running.length > 1 && running[0].lines.length < running.at(-1).lines.length);
    const done = updates.at(-1);
    assert.equal(done.status, "COMPLETED");
    assert.ok(done.lines.some((line) => line.includes("20/20 [")));
    assert.equal(new Set(done.lines).size, done.lines.length, "no line is told twice");
    assert.ok((await sandbox.stats()).calls[mode === "polling" ? "status" : "stream"] >= 1);
  });
}

add("the status is streamed by itself", { latency: 300, runners: 1 }, async (sandbox) => {
  const input = { image_url: await sandbox.upload() };
  await sandbox.fal.queue.submit(MODEL, { input });
  const { request_id: requestId } = await sandbox.fal.queue.submit(MODEL, { input });
  const states = [];
  const stream = await sandbox.fal.queue.streamStatus(MODEL, { requestId, logs: true });
  for await (const { status } of stream) if (states.at(-1) !== status) states.push(status);
  assert.deepEqual(states, ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
  assert.equal((await stream.done()).status, "COMPLETED");
});

add("a request is followed step by step", { latency: 60_000, runners: 1 }, async (sandbox) => {
  await sandbox.clock({ speed: 0 });
  const { queue } = sandbox.fal;
  const input = { image_url: await sandbox.upload() };
  const running = await queue.submit(MODEL, { input });
  assert.equal(running.status, "IN_QUEUE");
  const low = await queue.submit(MODEL, { input, priority: "low", hint: "warm-one" });
  const normal = await queue.submit(MODEL, { input });
  const status = ({ request_id: requestId }) => queue.status(MODEL, { requestId, logs: true });
  assert.equal((await status(running)).status, "IN_PROGRESS");
  assert.equal((await status(normal)).queue_position, 0);
  assert.equal((await status(low)).queue_position, 1);
  const early = await refused(400, queue.result(MODEL, { requestId: running.request_id }));
  assert.equal(early.body.detail, "Request is still in progress");
  await sandbox.clock({ advance_s: 70 });
  let last;
  do last = await status(running);
  while (last.status !== "COMPLETED");
  assert.ok(last.metrics.inference_time >= 60);
  const { data } = await queue.result(MODEL, { requestId: running.request_id });
  assert.equal(data.image.width, 48);
  const { headers } = await sandbox.stats();
  assert.deepEqual(headers["x-fal-queue-priority"], { low: 1, normal: 2 });
  assert.deepEqual(headers["x-fal-runner-hint"], { "warm-one": 1 });
});

add("a request is cancelled while it waits", { latency: 60_000, runners: 1 }, async (sandbox) => {
  const { queue } = sandbox.fal;
  const input = { image_url: await sandbox.upload() };
  await queue.submit(MODEL, { input });
  const { request_id: requestId } = await queue.submit(MODEL, { input });
  await queue.cancel(MODEL, { requestId });
  assert.equal((await queue.status(MODEL, { requestId })).error_type, "client_cancelled");
  const error = await refused(499, queue.result(MODEL, { requestId }));
  assert.equal(error.body.error_type, "client_cancelled");
});

add("a running request finishes though it is cancelled", { latency: 300 }, async (sandbox) => {
  const { queue } = sandbox.fal;
  const { request_id: requestId } = await queue.submit(MODEL, { input: { image_url: await sandbox.upload() } });
  await queue.cancel(MODEL, { requestId });
  await queue.subscribeToStatus(MODEL, { requestId });
  assert.equal((await queue.result(MODEL, { requestId })).data.image.width, 48);
});

const stubborn = `[[fault]]\ncall = "run"\nrun_ms = 600000\nheeds_cancel = true\n`;
add("a running request that heeds it is cancelled", { text: stubborn }, async (sandbox) => {
  const { queue } = sandbox.fal;
  const { request_id: requestId } = await queue.submit(MODEL, { input: { image_url: await sandbox.upload() } });
  await queue.cancel(MODEL, { requestId });
  await queue.subscribeToStatus(MODEL, { requestId, pollInterval: 50 });
  await refused(499, queue.result(MODEL, { requestId }));
});

add("what is done cannot be cancelled", {}, async (sandbox) => {
  const { requestId } = await sandbox.fal.subscribe(MODEL, { input: { image_url: await sandbox.upload() } });
  const error = await refused(400, sandbox.fal.queue.cancel(MODEL, { requestId }));
  assert.deepEqual(error.body, { status: "ALREADY_COMPLETED" });
});

add("what is not known cannot be followed", {}, async (sandbox) => {
  const requestId = "b2a5a1f0-0000-4000-8000-000000000000";
  for (const call of ["status", "result", "cancel"]) {
    const error = await refused(404, sandbox.fal.queue[call](MODEL, { requestId }));
    assert.deepEqual(error.body, { status: "NOT_FOUND" });
  }
  const stream = await sandbox.fal.queue.streamStatus(MODEL, { requestId });
  await refused(404, stream.done());
  await refused(404, sandbox.fal.queue.submit("fal-ai/no-such-model", { input: {} }));
});

add("a start timeout ends what waits too long", { latency: 60_000, runners: 1 }, async (sandbox) => {
  await sandbox.clock({ speed: 0 });
  const { queue } = sandbox.fal;
  const input = { image_url: await sandbox.upload() };
  await queue.submit(MODEL, { input });
  const { request_id: requestId } = await queue.submit(MODEL, { input, startTimeout: 30 });
  await sandbox.clock({ advance_s: 31 });
  await queue.subscribeToStatus(MODEL, { requestId, pollInterval: 50 });
  const error = await refused(504, queue.result(MODEL, { requestId }));
  assert.ok(error.isUserTimeout);
});

add("results expire when they were asked to", {}, async (sandbox) => {
  const { data } = await sandbox.fal.subscribe(MODEL, {
    input: { image_url: await sandbox.upload() },
    storageSettings: { expiresIn: "1h" },
  });
  assert.equal((await fetch(data.image.url)).status, 200);
  await sandbox.clock({ advance_s: 3601 });
  assert.equal((await fetch(data.image.url)).status, 404);
});

add("other models give other outputs", {}, async (sandbox) => {
  const url = await sandbox.upload();
  const vary = await sandbox.fal.subscribe("fal-ai/fooocus/upscale-or-vary", {
    input: { uov_image_url: url, uov_method: "Upscale (1.5x)", num_images: 2 },
  });
  assert.deepEqual(vary.data.images.map((image) => image.width), [36, 36]);
  const text = await sandbox.fal.subscribe("fal-ai/florence-2-large/caption", { input: { image_url: url } });
  assert.deepEqual(Object.keys(text.data), ["results"]);
});

// Errors

add("validation errors come by field", {}, async (sandbox) => {
  const input = { upscale_factor: 5, creativity: -1, steps: 4.5, guidance: "much", enable_safety_checker: "maybe" };
  const error = await refused(422, sandbox.fal.subscribe(MODEL, { input }));
  assert.ok(error instanceof ValidationError);
  const types = {
    image_url: "missing",
    upscale_factor: "less_than_equal",
    creativity: "greater_than_equal",
    steps: "int_from_float",
    guidance: "float_parsing",
    enable_safety_checker: "bool_parsing",
  };
  assert.equal(error.fieldErrors.length, Object.keys(types).length);
  for (const [field, type] of Object.entries(types)) {
    assert.deepEqual(error.getFieldErrors(field).map((entry) => entry.type), [type]);
  }
  assert.match(error.requestId, /^[0-9a-f-]{36}$/);
});

const kinds = { runner_server_error: 500, runner_incomplete_response: 502, internal_error: 500, bad_request: 400 };
const failing = Object.keys(kinds)
  .map((kind) => `[[fault]]\ncall = "run"\nfile = "${kind}.png"\nfail = { error_type = "${kind}" }\n`)
  .join("");
add("platform errors have their type and status", { text: failing }, async (sandbox) => {
  for (const [kind, status] of Object.entries(kinds)) {
    const input = { image_url: await sandbox.upload(`${kind}.png`) };
    const { request_id: requestId } = await sandbox.fal.queue.submit(MODEL, { input });
    const done = await sandbox.fal.queue.subscribeToStatus(MODEL, { requestId, pollInterval: 50 });
    assert.equal(done.error_type, kind);
    const error = await refused(status, sandbox.fal.queue.result(MODEL, { requestId }));
    assert.equal(error.body.error_type, kind);
  }
});

const locked = `[[fault]]\ncall = "submit"\nper = "all"\nfirst = 1\nlock = true\n`;
add("keys and accounts are refused", { text: locked }, async (sandbox) => {
  const key = await refused(401, sandbox.client("bad:key").queue.submit(MODEL, { input: {} }));
  assert.equal(key.body.detail, "invalid key credentials");
  const account = await refused(403, sandbox.fal.queue.submit(MODEL, { input: {} }));
  assert.match(account.body.detail, /^User is locked\. Reason: Exhausted balance\./);
  await fetch(`${sandbox.origin}/_sandbox/unlock`, { method: "POST" });
  await sandbox.fal.queue.submit(MODEL, { input: { image_url: await sandbox.upload() } });
});

// Faults that the client gets over by itself

for (const [name, status, times] of [["rate_limited", "429", 2], ["nginx_503", "503", 1]]) {
  add(`it gets over ${status}s`, { play: scenario(name) }, async (sandbox) => {
    const image_url = await sandbox.upload("faulty.png");
    const { data } = await sandbox.fal.subscribe(MODEL, { input: { image_url } });
    assert.equal(data.image.width, 48);
    const { answers, accepted } = await sandbox.stats();
    assert.deepEqual(answers.submit, { 200: 1, [status]: times });
    assert.equal(accepted, 1);
  });
}

add("it pays twice when a reply is lost", { play: scenario("lost_reply") }, async (sandbox) => {
  // What a client that minds money must not do, seen on one that does it.
  await sandbox.fal.subscribe(MODEL, { input: { image_url: await sandbox.upload("faulty.png") } });
  assert.equal((await sandbox.stats()).most_accepted_of_one_input, 2);
});

// Webhooks

add("a webhook is delivered and its signature holds", {}, async (sandbox) => {
  let heard;
  const told = new Promise((resolve) => (heard = resolve));
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    heard({ headers: request.headers, body: Buffer.concat(chunks) });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const webhookUrl = `http://127.0.0.1:${server.address().port}/hook`;
    const input = { image_url: await sandbox.upload() };
    const { request_id: requestId } = await sandbox.fal.queue.submit(MODEL, { input, webhookUrl });
    const { headers, body } = await told;
    const notice = JSON.parse(body);
    assert.deepEqual([notice.status, notice.request_id], ["OK", requestId]);
    assert.deepEqual(notice.payload, (await sandbox.fal.queue.result(MODEL, { requestId })).data);
    const { keys } = await (await fetch(`${sandbox.origin}/rest/.well-known/jwks.json`)).json();
    const names = ["request-id", "user-id", "timestamp"];
    const signed = names.map((name) => headers[`x-fal-webhook-${name}`]);
    signed.push(createHash("sha256").update(body).digest("hex"));
    const key = createPublicKey({ key: keys[0], format: "jwk" });
    const signature = Buffer.from(headers["x-fal-webhook-signature"], "hex");
    assert.ok(verify(null, Buffer.from(signed.join("\n")), key, signature));
  } finally {
    server.close();
  }
});

const inexpressible = [
  "upload by CDN token: the client has signed URLs alone",
  "a retry of a failed single upload: the client does not try again",
  "a result that failed with 503 or 504 at its first reading: the client asks again first, which takes it 7 s",
  "prices, catalogue, past requests: the client has no platform API",
];

let failed = 0;
for (const { name, options, body } of cases) {
  let verdict = "passed";
  try {
    await withSandbox(options, body);
  } catch (error) {
    console.error(error);
    verdict = "failed";
    failed += 1;
  }
  console.log(`${verdict}  javascript  ${name}`);
  appendFileSync(process.env.RESULTS, `${verdict} javascript ${name}\n`);
}
for (const what of inexpressible) console.log(`cannot  javascript  ${what}`);
process.exitCode = failed ? 1 : 0;
