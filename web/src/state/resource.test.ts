import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/fetch";
import { type Resource, resource, type Snapshot } from "./resource";

let asked: number;
let answers: (() => Promise<string>)[];
let heard: Snapshot<string>[];
let source: Resource<string> | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: false });
  asked = 0;
  answers = [];
  heard = [];
});
afterEach(() => {
  source?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Asks take as long as their answers; without one they say their number at once. */
function start(): Resource<string> {
  source = resource(
    async () => {
      const number = String(++asked);
      const data = await (answers.shift() ?? (async () => number))();
      return { data, meta: { asOf: "2026-03-01T12:00:00Z", tookMs: 1 } };
    },
    { refreshMs: 60_000, minGapMs: 2_000 },
  );
  source.subscribe((snapshot) => heard.push(snapshot));
  return source;
}

const away = () => Promise.reject(new ApiError(503, "the database is away"));
const slow = (ms: number) => () => new Promise<string>((done) => setTimeout(done, ms, "slow"));
const seen = () => heard.map((one) => ("value" in one ? `${one.status} ${one.value}` : one.status));

test("the first answer is fresh, and is asked for again after the interval", async () => {
  start();
  await vi.advanceTimersByTimeAsync(59_999);
  expect(seen()).toEqual(["loading", "fresh 1"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen().at(-1)).toBe("fresh 2");
});

test("many nudges within the gap ask once more", async () => {
  const one = start();
  await vi.advanceTimersByTimeAsync(0);
  for (let i = 0; i < 50; i++) {
    one.nudge();
    await vi.advanceTimersByTimeAsync(30);
  }
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toBe(2);
});

test("news that come while an answer is under way are asked for after it", async () => {
  answers = [slow(50)];
  const one = start();
  await vi.advanceTimersByTimeAsync(20);
  one.nudge();
  await vi.advanceTimersByTimeAsync(1_990);
  expect(seen()).toEqual(["loading", "fresh slow", "fresh 2"]);
});

test("what takes long is asked for more rarely", async () => {
  answers = [slow(1_000)];
  const one = start();
  await vi.advanceTimersByTimeAsync(1_000);
  one.nudge();
  await vi.advanceTimersByTimeAsync(18_000);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toBe(2);
});

test("an outage keeps the last answer, is retried ever more rarely, and ends by itself", async () => {
  const one = start();
  await vi.advanceTimersByTimeAsync(0);
  answers = [away, away];
  one.restart();
  await vi.advanceTimersByTimeAsync(0);
  expect(seen()).toEqual(["loading", "fresh 1", "updating 1", "stale 1"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toBe(3);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(asked).toBe(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen().at(-1)).toBe("fresh 4");
});

test("an outage at the start is a failure, and retry asks at once", async () => {
  answers = [away];
  const one = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(seen()).toEqual(["loading", "failed"]);
  one.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(seen().at(-1)).toBe("fresh 2");
});

test("the answer to a question of before is dropped", async () => {
  answers = [slow(5_000)];
  const one = start();
  await vi.advanceTimersByTimeAsync(100);
  one.restart();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen()).toEqual(["loading", "fresh 2"]);
});

test("after close nothing is asked", async () => {
  const one = start();
  await vi.advanceTimersByTimeAsync(0);
  one.close();
  one.nudge();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(asked).toBe(1);
});
