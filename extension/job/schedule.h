#pragma once

#include <cstdint>

#include "kernel/calendar/bucket.h"

// When a job runs next. Decisions on plain values: the clock is an argument.
namespace varve::job {

/// When a job is meant to run.
///
/// Fixed      at initial_start + k * interval, whatever the runs take. Months and days are those of
///            `zone`, so that a job of 02:00 stays one when the clocks change; without a zone, of
///            UTC. An interval below a day is elapsed time.
/// Drifting   an interval after the end of the run before; `zone` has no say.
struct Schedule {
  calendar::Span interval;
  bool is_fixed = true;
  calendar::TimePoint initial_start{};
  const calendar::ZoneRules* zone = nullptr;
};

/// The first slot of a fixed schedule after `time`; never before initial_start.
/// Throws as calendar::bucket_start() does: kInvalidArgument for an interval that is not positive,
/// kUnsupported where it mixes months and smaller units.
calendar::TimePoint next_slot(const Schedule& schedule, calendar::TimePoint time);

/// How many slots lie in (from, to), at most `limit`: what a fixed schedule missed.
int slots_between(const Schedule& schedule, calendar::TimePoint from, calendar::TimePoint to,
                  int limit);

/// What is known when a run has failed.
struct Failure {
  std::int32_t job_id;
  int failures_in_a_row;  // this one included
  int max_retries;        // -1: no limit
  calendar::TimePoint finish;
  calendar::TimePoint regular;  // when the schedule alone would run it next
  calendar::Duration retry_period;
};

/// When to try again: after retry_period, twice that, four times and so on, but no later than both
/// the schedule and the retry period would have it. Up to an eighth more or less, by the job's id,
/// so that jobs which failed together do not return together.
calendar::TimePoint retry_time(const Failure& failure);

/// Whether the job has used up its retries.
bool gives_up(const Failure& failure);

}  // namespace varve::job
