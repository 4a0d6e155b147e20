import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { anomalyFeed } from "./anomalies";

const event = (paymentId: string, timestamp: string) => ({
  paymentId,
  timestamp,
  customerId: "c",
  amount: "1",
  fraudScore: 90,
  paymentMethod: "card",
  reasons: [],
});

let asked: URLSearchParams[];
let stored: ReturnType<typeof event>[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z"), toFake: ["Date"] });
  asked = [];
  stored = [event("a", "2026-03-01T10:00:00Z")];
  vi.stubGlobal("fetch", async (url: string) => {
    const parameters = new URL(url, "http://x").searchParams;
    asked.push(parameters);
    const from = parameters.get("from") ?? "";
    const data = stored.filter(({ timestamp }) => timestamp >= from);
    const meta = { asOf: new Date().toISOString(), tookMs: 1 };
    return new Response(JSON.stringify({ data, page: { next: null }, meta }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const signal = new AbortController().signal;
const payments = async (ask: ReturnType<typeof anomalyFeed>) =>
  (await ask(signal)).data.events.map(({ paymentId }) => paymentId);

test("after the first look only news is asked for, and added", async () => {
  const ask = anomalyFeed(() => 30, 80);
  expect(await payments(ask)).toEqual(["a"]);
  stored.push(event("b", "2026-03-01T11:59:00Z"));
  expect(await payments(ask)).toEqual(["a", "b"]);
  expect(await payments(ask)).toEqual(["a", "b"]);
  expect(asked.map((one) => [one.get("days"), one.get("from")])).toEqual([
    ["30", null],
    [null, "2026-03-01T11:45:00.000Z"],
    [null, "2026-03-01T11:45:00.000Z"],
  ]);
});

test("another period, or five minutes, are reason for a full look", async () => {
  let days = 30;
  const ask = anomalyFeed(() => days, 80);
  await ask(signal);
  days = 90;
  await ask(signal);
  vi.setSystemTime(new Date("2026-03-01T12:05:00Z"));
  await ask(signal);
  expect(asked.map((one) => one.get("days"))).toEqual(["30", "90", "90"]);
});
