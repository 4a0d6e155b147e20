import { expect, test } from "vitest";
import { kSmooth, kWindow, Rates } from "./rate";

test("a rate is the mean of the last whole seconds, and the running second does not count", () => {
  const rates = new Rates(["order"]);
  rates.advance(1000);
  for (let s = 0; s < kSmooth; s++) rates.record("order", 30, 1000.5 + s);
  rates.record("order", 999, 1000 + kSmooth);
  expect(rates.current("order")).toBe(30);
  expect(rates.total("order")).toBe(30 * kSmooth + 999);
});

test("before a second is over there is no rate; after one it is that second's", () => {
  const rates = new Rates(["order"]);
  expect(rates.current("order")).toBeNull();
  rates.record("order", 8, 1000.2);
  expect(rates.current("order")).toBeNull();
  rates.advance(1001);
  expect(rates.current("order")).toBe(8);
});

test("silence brings the rate to zero, and a window later nothing of the past is left", () => {
  const rates = new Rates(["order"]);
  rates.record("order", 50, 1000);
  rates.advance(1000 + kSmooth + 1);
  expect(rates.current("order")).toBe(0);
  rates.advance(1000 + 3 * kWindow + 7);
  expect(rates.window("order")[1].every((rate) => rate === 0)).toBe(true);
});

test("the window ends at the last whole second and is null before counting began", () => {
  const rates = new Rates(["order"]);
  rates.record("order", 6, 1000);
  rates.advance(1002);
  const [times, values] = rates.window("order");
  expect(times.at(-1)).toBe(1001);
  expect(times).toHaveLength(values.length);
  expect(values.at(-1)).toBe(3);
  expect(values.at(-2)).toBe(6);
  expect(values.at(-3)).toBeNull();
});

test("a topic that nobody announced is added", () => {
  const rates = new Rates(["order"]);
  rates.record("refund", 1, 5);
  expect(rates.topics).toEqual(["order", "refund"]);
});

test("a clock that steps back loses nothing", () => {
  const rates = new Rates(["order"]);
  rates.record("order", 5, 1000);
  rates.record("order", 5, 990);
  rates.advance(1001);
  expect(rates.current("order")).toBe(10);
});
