#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The decisions of a run of move_chunk() with a limit.
namespace varve::chunk {

/// What to do about a chunk that others keep locked.
enum class OnFailure { kFail, kSkip, kRetry };

constexpr std::optional<OnFailure> on_failure_of(std::string_view word) {
  if (word == "fail") return OnFailure::kFail;
  if (word == "skip") return OnFailure::kSkip;
  if (word == "retry") return OnFailure::kRetry;
  return std::nullopt;
}

/// How often a chunk is tried in one run.
constexpr int attempts(OnFailure on_failure) { return on_failure == OnFailure::kRetry ? 3 : 1; }

/// Bytes that a run may move. The first chunk always fits, so that every run makes progress.
class Budget {
 public:
  explicit constexpr Budget(std::optional<std::int64_t> max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] constexpr bool allows(std::int64_t size_bytes) const {
    return moved_ == 0 || !max_bytes_ || size_bytes <= *max_bytes_ - moved_;
  }
  constexpr void spend(std::int64_t size_bytes) { moved_ += size_bytes; }

 private:
  std::optional<std::int64_t> max_bytes_;
  std::int64_t moved_ = 0;
};

}  // namespace varve::chunk
