import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { InvalidEventError, LionTrackProducer, RefusedError } from "../src/index.js";

type Taken = { path: string; key: string; event: { lion_id?: string; last_update?: string }; token: string | undefined };

let server: WebSocketServer;
let taken: Taken[];
let answer: (socket: WebSocket, context: string) => void;
let producer: LionTrackProducer;

const acknowledge = (socket: WebSocket, context: string) =>
  socket.send(JSON.stringify({ result: "ok", messageId: "x", context }));
const position = (number: number) => ({
  lion_id: `lion-${number}`,
  position_lat: 1,
  position_lng: 2,
  last_update: new Date(0),
});

beforeEach(async () => {
  taken = [];
  answer = acknowledge;
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((ready) => server.once("listening", ready));
  server.on("connection", (socket, request) => {
    socket.on("message", (data) => {
      const { key, payload, context } = JSON.parse(String(data)) as { key: string; payload: string; context: string };
      const event = JSON.parse(Buffer.from(payload, "base64").toString()) as Taken["event"];
      taken.push({ path: request.url ?? "", key, event, token: request.headers.authorization });
      answer(socket, context);
    });
  });
  producer = new LionTrackProducer({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(async () => {
  producer.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((closed) => server.close(closed));
});

test("an event reaches its topic with its key and its time in UTC", async () => {
  await producer.publishPosition({ ...position(1), last_update: "2026-01-31T12:00:00+01:00" });
  assert.equal(taken[0]?.path, "/ws/v2/producer/persistent/liontrack/tracking/lions.position.events");
  assert.equal(taken[0]?.key, "lion-1");
  assert.equal(taken[0]?.event.last_update, "2026-01-31T11:00:00.000Z");
  assert.equal(producer.outstanding, 0);
});

test("each kind of event is sent to its own topic", async () => {
  const at = new Date();
  await producer.publishWeight({ weight_id: "w", lion_id: "l", weight: 190, unit: "kg", measured_at: at });
  await producer.publishActivity({ event_id: "e", user_id: "u", activity: "weight_entry", occurred_at: at });
  await producer.publishChallenge({ challenge_id: "c", user_id: "u", status: "completed", updated_at: at });
  assert.deepEqual(
    taken.map(({ path, key }) => [path.split("/").at(-1), key]),
    [
      ["lions.weight.events", "l"],
      ["users.activity.events", "u"],
      ["challenges.status.events", "c"],
    ],
  );
});

test("an invalid event is rejected with its fields", async () => {
  const wrong = { ...position(1), position_lat: 91, lion_id: " ", height: 3 };
  await assert.rejects(producer.publishPosition(wrong), (error: unknown) => {
    assert.ok(error instanceof InvalidEventError);
    assert.match(error.message, /position_lat: .*lion_id: |lion_id: .*position_lat: /);
    assert.match(error.message, /height/);
    return true;
  });
  assert.equal(taken.length, 0);
});

test("unacknowledged events are sent again in order after a lost connection", async () => {
  let lost = 0;
  answer = (socket, context) => {
    if (lost < 3 && Number(context) === 5 * lost + 4) {
      lost += 1;
      socket.terminate();
    } else acknowledge(socket, context);
  };
  await Promise.all(Array.from({ length: 20 }, (_, number) => producer.publishPosition(position(number))));
  assert.equal(lost, 3);
  const seen = taken.map(({ key }) => key);
  assert.equal(new Set(seen).size, 20);
  assert.deepEqual(
    [...new Set(seen)],
    Array.from({ length: 20 }, (_, number) => `lion-${number}`),
  );
});

test("events wait for room in a bounded queue", async () => {
  producer.close();
  const contexts: [WebSocket, string][] = [];
  answer = (socket, context) => contexts.push([socket, context]);
  const { port } = server.address() as AddressInfo;
  producer = new LionTrackProducer({ url: `http://127.0.0.1:${port}`, queueSize: 2 });
  const all = Promise.all([1, 2, 3].map((number) => producer.publishPosition(position(number))));
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((again) => setTimeout(again, 5));
  };
  await until(() => contexts.length === 2);
  assert.equal(producer.outstanding, 2);
  for (const [socket, context] of contexts.splice(0)) acknowledge(socket, context);
  await until(() => contexts.length === 1);
  for (const [socket, context] of contexts) acknowledge(socket, context);
  await all;
  assert.equal(taken.length, 3);
});

test("a permanent refusal rejects the event", async () => {
  const { createServer } = await import("node:http");
  const refusing = createServer((_, response) => response.writeHead(404).end());
  refusing.on("upgrade", (_, socket) => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
  await new Promise<void>((ready) => refusing.listen(0, "127.0.0.1", ready));
  const other = new LionTrackProducer({ url: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}` });
  await assert.rejects(other.publishPosition(position(1)), (error: unknown) => {
    assert.ok(error instanceof RefusedError);
    assert.match(error.message, /Pulsar returned status 403/);
    return true;
  });
  other.close();
  await new Promise((closed) => refusing.close(closed));
});

test("wrong options are named", () => {
  assert.throws(() => new LionTrackProducer({ url: "pulsar://127.0.0.1:6650" }), /url: found pulsar:/);
  assert.throws(() => new LionTrackProducer({ url: "http://x", queueSize: 0 }), /queueSize: found 0/);
});
