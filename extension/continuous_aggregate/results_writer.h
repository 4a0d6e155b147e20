#pragma once

namespace varve::continuous_aggregate {

/// While one of these lives, statements may write into the results of aggregates: those of a
/// refresh. Its frame must be one that exceptions unwind.
class ResultsWriter {
 public:
  ResultsWriter() noexcept { ++running; }
  ~ResultsWriter() { --running; }
  ResultsWriter(const ResultsWriter&) = delete;
  ResultsWriter& operator=(const ResultsWriter&) = delete;

  static bool is_running() noexcept { return running > 0; }

 private:
  static inline int running = 0;
};

}  // namespace varve::continuous_aggregate
