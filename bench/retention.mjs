// How long a reader of the newest chunk waits while old chunks are dropped and another transaction has one of the
// middle open: drop_chunks against DROP TABLE of partitions.
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { make_daily, SIDES } from "./lib/daily.mjs";

const CHUNKS = Number(process.env.CHUNKS ?? 100);
const session = new Session();
const [dropper, holder, reader] = [new Session(), new Session(), new Session()];
const HOLD_MS = 1000;

const midnight = "date_trunc('day', now(), 'UTC')";
const drop = {
  native: `DO $$ BEGIN FOR d IN 0..${CHUNKS / 2 - 1} LOOP EXECUTE 'DROP TABLE native_' || d; END LOOP; END $$`,
  hyper: `DO $$ BEGIN PERFORM drop_chunks('hyper', older_than => ${midnight} - ${CHUNKS / 2 - 1} * interval '1 day'); END $$`,
};

/** The longest query of the reader until both the holder and the dropper have ended, in milliseconds. */
async function longest_wait(table) {
  const middle = `${midnight} - ${CHUNKS / 4} * interval '1 day'`;
  await holder.query(`BEGIN; SELECT count(*) FROM ${table} WHERE time >= ${middle} AND time < ${middle} + interval '1 day'`);
  let done = false;
  const ended = Promise.all([
    dropper.query(drop[table]),
    holder.query(`SELECT pg_sleep(${HOLD_MS / 1000}); COMMIT`),
  ]).then(() => { done = true; });
  let longest = 0;
  while (!done) longest = Math.max(longest, await reader.time(`SELECT * FROM ${table} WHERE time > now() - interval '1 hour'`));
  await ended;
  return longest;
}

await compare(`the longest query of today while ${CHUNKS / 2} chunks are dropped`, "ms", SIDES.map(([label, table]) => ({
  label,
  prepare: async () => { await make_daily(session, CHUNKS); await reader.query(`SELECT * FROM ${table} WHERE time > now() - interval '1 hour'`); },
  run: () => longest_wait(table),
  result: () => session.query(`SELECT count(*) FROM ${table}`),
})));
await session.query("DROP TABLE native, hyper");
for (const connection of [session, dropper, holder, reader]) connection.close();
