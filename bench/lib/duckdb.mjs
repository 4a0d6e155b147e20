import { rmSync } from "node:fs";

/** A DuckDB in a file of its own, on as many threads as the machine has; undefined where npm could not install it. */
export async function open_duckdb(path) {
  let module;
  try {
    module = await import("@duckdb/node-api");
  } catch {
    console.log("DuckDB is left out: its npm package is not installed");
    return undefined;
  }
  rmSync(path, { force: true });
  const instance = await module.DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    query: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    /** Milliseconds of one statement and the checkpoint that makes it durable. */
    time: async (sql) => {
      const begin = performance.now();
      await connection.run(sql);
      await connection.run("CHECKPOINT");
      return performance.now() - begin;
    },
    /** Milliseconds of one query, its rows read. */
    time_query: async (sql) => {
      const begin = performance.now();
      (await connection.runAndReadAll(sql)).getRows();
      return performance.now() - begin;
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
      rmSync(path, { force: true });
    },
  };
}
