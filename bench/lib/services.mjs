import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

const program = (name) => fileURLToPath(new URL(`../../build/release/platform/${name}`, import.meta.url));
const environment = { ...process.env, VARVE_LOG__LEVEL: "error" };

/** `varve` to its end. */
export const varve = (...words) => execFileSync(program("varve"), words, { env: environment, stdio: ["ignore", "ignore", "inherit"] });

/** A service of `varved`; `stop` asks it to end and waits. */
export function start_varved(...words) {
  const child = spawn(program("varved"), words, { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("exit", () => resolve(process.off("exit", kill))));
  return { stop: () => (child.kill("SIGTERM"), ended) };
}

export async function eventually(what, seconds, condition) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(20)) {
    if (await condition()) return;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}
