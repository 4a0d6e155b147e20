// clang-tidy finds nothing in FILES: node dev/lib/tidy.mjs BUILD WORK RULES FILES...
// Most of its time goes into the headers of a source, so sources of a folder that are compiled alike are put into one
// text and looked at together. Those that do not go together with others (two helpers of the same name), or in which
// something is found, are tried again without the others, down to the single file, which says what it is.
// WORK remembers what was clean, by content and RULES.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";

const TOGETHER = 8;
const [build, work, rules, ...files] = [...process.argv.slice(2, 4).map((path) => resolve(path)), ...process.argv.slice(4)];

const database = new Map(JSON.parse(readFileSync(`${build}/compile_commands.json`)).map((entry) => [entry.file, entry]));
const sources = files.map((file) => {
  const path = resolve(file), text = readFileSync(path, "utf8"), entry = database.get(path);
  if (!entry) throw new Error(`${file} is not compiled: ${build}/compile_commands.json does not have it`);
  const options = entry.command.replaceAll(/ -o \S+| -c \S+/g, "");
  const mark = `${work}/${createHash("sha256").update(rules).update(options).update(text).digest("hex").slice(0, 32)}`;
  return { file, path, text, entry, alike: `${dirname(path)} ${options}`, mark };
});

/** The exit code of a program, and what it printed. */
function run(program, args) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.on("error", failed).on("close", (code) => done({ code, output }));
  });
}

/** One text of several sources, with the command that compiles it, and the line behind each. */
function write_together(batch) {
  const folder = `${work}/${batch[0].mark.split("/").pop()}.${batch.length}`, file = `${folder}/together.cc`;
  const [{ entry, path }] = batch;
  // What one source names, another may use for something else.
  const command = entry.command.replace(path, file).replace(" -o ", " -Wno-shadow -ferror-limit=0 -o ");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, batch.map(({ path, text }) => `#line 1 "${path}"\n${text}\n`).join(""));
  writeFileSync(`${folder}/compile_commands.json`, JSON.stringify([{ ...entry, file, command }]));
  let line = 1;
  return { folder, file, ends: batch.map(({ text }) => (line += text.split("\n").length + 1)) };
}

/** What is left to look at: nothing, or the batch in two. */
async function look_together(batch) {
  const { folder, file, ends } = write_together(batch);
  const { code, output } = await run("clang-tidy-14", ["--quiet", "-p", folder, file]);
  rmSync(folder, { recursive: true });
  if (code === 0) return [];
  const lines = [...output.matchAll(/together\.cc:(\d+):\d+: error:/g)].map(([, line]) => Number(line));
  const blamed = new Set(lines.map((line) => batch[ends.findIndex((end) => line < end)]));
  const half = blamed.size === 0 || blamed.size === batch.length ? batch.slice(batch.length / 2) : [...blamed];
  return [batch.filter((source) => !half.includes(source)), half];
}

async function look_alone({ path }) {
  const { code, output } = await run("clang-tidy-14", ["--quiet", "-p", build, path]);
  process.stdout.write(output);
  if (code !== 0) process.exitCode = 1;
  return code === 0;
}

const groups = {};
for (const source of sources) if (!existsSync(source.mark)) (groups[source.alike] ??= []).push(source);
const queue = [];
for (const group of Object.values(groups))
  for (let i = 0; i < group.length; i += TOGETHER) queue.push(group.slice(i, i + TOGETHER));

async function worker() {
  for (let batch; (batch = queue.shift()); ) {
    const rest = batch.length > 1 ? await look_together(batch) : (await look_alone(batch[0])) ? [] : [batch];
    if (rest.length === 0) for (const { mark } of batch) writeFileSync(mark, "");
    if (rest.length === 2) queue.unshift(...rest);
  }
}
mkdirSync(work, { recursive: true });
await Promise.all(Array.from({ length: availableParallelism() }, worker));
