import { act, fetchEnvelope } from "./fetch";
import type { Instant } from "./types";

/** What the API tells of the engine; the questions that the Engine page asks. */

export interface Chunk {
  readonly schema: string;
  readonly name: string;
  readonly rangeStart: Instant;
  readonly rangeEnd: Instant;
  readonly totalBytes: number;
  readonly isCompressed: boolean;
  readonly tablespace: string | null;
}

export interface Hypertable {
  readonly schema: string;
  readonly name: string;
  readonly chunkCount: number;
  readonly totalBytes: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly chunkInterval: string | null;
  readonly policies: readonly { readonly jobId: number; readonly name: string }[];
  /** The newest 400, oldest first. */
  readonly chunks: readonly Chunk[];
}

export type JobState = "running" | "scheduled" | "waiting" | "retrying" | "paused" | "gave up";

export interface RefreshPolicy {
  readonly jobId: number;
  readonly scheduleInterval: string;
  readonly state: JobState;
  readonly reason: string | null;
  readonly lastRunStatus: "Success" | "Failed" | null;
  readonly nextStart: Instant | null;
}

export interface Aggregate {
  readonly schema: string;
  readonly name: string;
  readonly source: string;
  readonly materializedOnly: boolean;
  readonly watermark: Instant | null;
  readonly lagSeconds: number | null;
  readonly pendingRanges: number;
  readonly pendingSince: Instant | null;
  readonly pendingBuckets: number;
  readonly pendingRows: number;
  readonly frozenRanges: number;
  readonly policies: readonly RefreshPolicy[];
}

export interface Job {
  readonly jobId: number;
  readonly name: string;
  readonly procedure: string;
  readonly relation: string | null;
  readonly scheduleInterval: string;
  readonly state: JobState;
  readonly reason: string | null;
  readonly lastRunStatus: "Success" | "Failed" | null;
  readonly lastRunStartedAt: Instant | null;
  readonly lastRunSeconds: number | null;
  readonly nextStart: Instant | null;
  readonly totalRuns: number;
  readonly totalFailures: number;
  readonly lastError: string | null;
}

export interface Run {
  readonly id: number;
  readonly outcome: "running" | "succeeded" | "failed" | "crashed" | "skipped";
  readonly startTime: Instant;
  readonly seconds: number | null;
  readonly missed: number;
  readonly waitReason: string | null;
  readonly error: string | null;
  readonly result: Readonly<Record<string, unknown>> | null;
}

export interface Advice {
  readonly rule: string;
  readonly title: string;
  readonly relation: string | null;
  readonly severity: "warning" | "info" | "ok";
  readonly finding: string | null;
  readonly repair: string | null;
}

export const hypertables = (signal: AbortSignal) =>
  fetchEnvelope<readonly Hypertable[]>("/v1/admin/hypertables", {}, signal);
export const aggregates = (signal: AbortSignal) =>
  fetchEnvelope<readonly Aggregate[]>("/v1/admin/caggs", {}, signal);
export const jobs = (signal: AbortSignal) =>
  fetchEnvelope<readonly Job[]>("/v1/admin/jobs", {}, signal);
export const jobRuns = (jobId: number, signal: AbortSignal) =>
  fetchEnvelope<readonly Run[]>(`/v1/admin/jobs/${jobId}/runs`, { limit: 20 }, signal);
export const advice = (signal: AbortSignal) =>
  fetchEnvelope<readonly Advice[]>("/v1/admin/advice", {}, signal);

const part = encodeURIComponent;
export const runJob = (jobId: number) => act(`/v1/admin/jobs/${jobId}/run`);
export const pauseJob = (jobId: number) => act(`/v1/admin/jobs/${jobId}/pause`);
export const resumeJob = (jobId: number) => act(`/v1/admin/jobs/${jobId}/resume`);
/** From and to are days, or empty: open ends. */
export const refreshAggregate = (of: Aggregate, from: string, to: string) =>
  act(`/v1/admin/caggs/${part(of.schema)}/${part(of.name)}/refresh`, {
    from: from === "" ? undefined : from,
    to: to === "" ? undefined : to,
  });
export const compressChunk = (of: Chunk) =>
  act(`/v1/admin/chunks/${part(of.schema)}/${part(of.name)}/compress`);
export const decompressChunk = (of: Chunk) =>
  act(`/v1/admin/chunks/${part(of.schema)}/${part(of.name)}/decompress`);
