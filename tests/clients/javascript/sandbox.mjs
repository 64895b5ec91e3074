// A running sandbox, and fal's JavaScript client pointed at it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { crc32, deflateSync } from "node:zlib";

import { createFalClient } from "@fal-ai/client";

export const MODEL = "fal-ai/flux-vision-upscaler";

const repository = process.env.REPOSITORY;

/** A file of tests/scenarios. */
export const scenario = (name) => join(repository, "tests", "scenarios", `${name}.toml`);

/** Runs a case against a sandbox of its own; no case may leak the key. */
export async function withSandbox({ latency = 0, runners = 4, play, text } = {}, body) {
  const args = ["sandbox", "--port", "0", "--latency", String(latency), "--runners", String(runners)];
  if (text) {
    play = join(mkdtempSync(join(tmpdir(), "fal-tui-scenario-")), "scenario.toml");
    writeFileSync(play, text);
  }
  if (play) args.push("--scenario", play);
  const server = spawn(resolve(repository, process.env.SANDBOX_PROGRAM), args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const settings = {};
    for await (const line of createInterface({ input: server.stdout })) {
      if (!line.trim()) break;
      const [name, value] = line.split(/=(.*)/s);
      settings[name] = value;
    }
    const sandbox = new Sandbox(settings);
    await body(sandbox);
    assert.equal((await sandbox.stats()).leaks.count, 0);
  } finally {
    server.kill();
  }
}

class Sandbox {
  constructor(settings) {
    this.queueUrl = settings.FAL_TUI_QUEUE_URL;
    this.origin = this.queueUrl.replace(/\/queue$/, "");
    this.hosts = {
      "https://queue.fal.run": this.queueUrl,
      "https://rest.fal.ai": settings.FAL_TUI_REST_URL,
    };
    this.fal = this.client(settings.FAL_KEY);
  }

  /** The client as it is; its own `fetch` option takes it to other host names. */
  client(credentials) {
    return createFalClient({
      credentials,
      fetch: (url, init) => {
        const { origin } = new URL(url);
        return fetch(this.hosts[origin] ? this.hosts[origin] + url.slice(origin.length) : url, init);
      },
    });
  }

  async stats() {
    return (await fetch(`${this.origin}/_sandbox/stats`)).json();
  }

  async clock(order) {
    const answer = await fetch(`${this.origin}/_sandbox/clock`, { method: "POST", body: JSON.stringify(order) });
    assert.equal(answer.status, 200);
  }

  upload(name = "photo.png", width = 24, height = 16) {
    return this.fal.storage.upload(new File([png(width, height)], name, { type: "image/png" }));
  }
}

/** A picture with a gradient, by hand. */
export function png(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(checksum(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set([(x * 7) % 256, (y * 5) % 256, 120], y * (1 + width * 3) + 1 + x * 3);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// node:zlib has crc32 only from 20.15 on.
function checksum(data) {
  if (crc32) return crc32(data);
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** The size of a whole PNG, px. */
export function size(data) {
  const bytes = Buffer.from(data);
  assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  assert.equal(bytes.subarray(-8, -4).toString(), "IEND", "the picture is not whole");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
