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

/**
 * Measures small differences: each round runs every side once, another one first each time, and only figures of the same
 * round are set against each other. A side is { label, run }; `run` gives what it costs, in `unit`, and leaves every side
 * in the state that the next round needs. Prints the median of the ratios to the first side, their quartiles, and
 * how far off that median may be: half of the distribution's width by the square root of the rounds.
 */
export async function compare_closely(title, unit, sides, { rounds = 24 } = {}) {
  const figures = sides.map(() => []);
  const once = async (i) => sides[i].run();
  for (const i of sides.keys()) await once(i);  // to be left out: caches are cold
  for (let round = 0; round < rounds; ++round) {
    for (const step of sides.keys()) {
      const i = (round + step) % sides.length;
      figures[i].push(await once(i));
    }
  }
  console.log(`\n### ${title} (${unit}, ${rounds} rounds)\n`);
  console.log("| side | median | ratio, median | quartiles | +- |\n|---|---:|---:|---:|---:|");
  for (const [i, side] of sides.entries()) {
    const ratios = figures[i].map((figure, round) => figure / figures[0][round]).sort((a, b) => a - b);
    const quartile = (q) => ratios[Math.round((ratios.length - 1) * q)];
    const off = (0.93 * (quartile(0.75) - quartile(0.25))) / Math.sqrt(rounds);
    console.log(`| ${side.label} | ${digits(median(figures[i]))} | ${median(ratios).toFixed(3)} | ${quartile(0.25).toFixed(3)} to ${quartile(0.75).toFixed(3)} | ${off.toFixed(3)} |`);
  }
}
