import assert from "node:assert/strict";

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const ratio = (value) => (value >= 0.1 ? value.toFixed(2) : value.toPrecision(2));

/**
 * Measures the same work on several sides, in turns, and prints medians and the ratio to the first side.
 *
 * A side is { label, prepare?, run, result?, finish? }: `run` gives a figure in `unit`; what `result` gives
 * must be the same on every side, or the comparison is void and the benchmark fails.
 */
export async function compare(title, unit, sides, { repetitions = 5 } = {}) {
  const figures = sides.map(() => []);
  for (let repetition = 0; repetition < repetitions; ++repetition) {
    const results = [];
    for (const [i, side] of sides.entries()) {
      await side.prepare?.();
      figures[i].push(await side.run());
      if (side.result) results.push(await side.result());
      await side.finish?.();
    }
    for (const result of results) assert.deepEqual(result, results[0], `${title}: the sides disagree`);
  }
  const base = median(figures[0]);
  console.log(`\n### ${title} (${unit}, median of ${repetitions})\n`);
  console.log("| side | median | min to max | ratio |\n|---|---:|---:|---:|");
  for (const [i, side] of sides.entries()) {
    const [low, high] = [Math.min(...figures[i]), Math.max(...figures[i])];
    const middle = median(figures[i]);
    console.log(`| ${side.label} | ${digits(middle)} | ${digits(low)} to ${digits(high)} | ${ratio(middle / base)} |`);
  }
}
