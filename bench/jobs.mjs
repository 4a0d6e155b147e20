// Jobs that do nothing: what it costs that they run by themselves, and how soon many that are due at once have
// run, beside the same calls in one session.
import { readFileSync } from "node:fs";
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";

const JOBS = Number(process.env.JOBS ?? 1000);
const session = new Session();
await session.query(`CREATE PROCEDURE nothing(job_id integer, config jsonb) LANGUAGE plpgsql AS 'BEGIN END';
  SELECT count(add_job('nothing', '1 year', initial_start => '2100-01-01')) FROM generate_series(1, ${JOBS})`);
const number = async (query) => Number((await session.query(query))[0]);
const run_now = "SELECT count(*) FROM timescaledb_information.jobs j, alter_job(j.job_id, next_start => now()) WHERE j.proc_name = 'nothing'";
const runs = () => number("SELECT coalesce(sum(total_runs), 0) FROM timescaledb_information.job_stats WHERE job_id >= 1000");

/** Milliseconds of processor that a process has used; 0 for one that is not there. */
function cpu_ms(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
const processes = () =>
  session.query("SELECT pid FROM varve_catalog.job_workers() UNION SELECT pid FROM varve_catalog.job_schedulers() WHERE pid IS NOT NULL");
const used_ms = async () => new Map((await processes()).map((pid) => [pid, cpu_ms(pid)]));

const cpu_per_run = [];
await compare(`${JOBS} jobs due at once`, "ms until all have run", [
  {
    label: "the same calls in a session",
    run: () => session.time(`SELECT 'CALL nothing(1, NULL)' FROM generate_series(1, ${JOBS}) \\gexec\nSELECT 1 WHERE false`),
  },
  {
    label: "jobs",
    run: async () => {
      const [before, wanted] = [await used_ms(), (await runs()) + JOBS];
      const begin = performance.now();
      await session.query(run_now);
      while ((await runs()) < wanted) await new Promise((resume) => setTimeout(resume, 20));
      const took = performance.now() - begin;
      const after = await used_ms();
      const total = [...after].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0);
      cpu_per_run.push(total / JOBS);
      return took;
    },
  },
], { repetitions: 3 });
const middle = [...cpu_per_run].sort((a, b) => a - b)[1];
console.log(`\nprocessor time of scheduler and workers: ${middle.toFixed(2)} ms a run (${cpu_per_run.map((ms) => ms.toFixed(2)).join(", ")})`);
session.close();
