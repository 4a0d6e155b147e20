#include "extension/chunk/maintain/move_run.h"

#include <gtest/gtest.h>

namespace varve::chunk {
namespace {

TEST(OnFailureOf, KnowsThreeWords) {
  EXPECT_EQ(on_failure_of("fail"), OnFailure::kFail);
  EXPECT_EQ(on_failure_of("skip"), OnFailure::kSkip);
  EXPECT_EQ(on_failure_of("retry"), OnFailure::kRetry);
  EXPECT_EQ(on_failure_of("Retry"), std::nullopt);
  EXPECT_EQ(on_failure_of(""), std::nullopt);
}

TEST(Budget, EndsBeforeTheChunkThatWouldExceedIt) {
  Budget budget(100);
  EXPECT_TRUE(budget.allows(60));
  budget.spend(60);
  EXPECT_TRUE(budget.allows(40));
  EXPECT_FALSE(budget.allows(41));
}

TEST(Budget, AllowsTheFirstChunkWhateverItsSize) {
  Budget budget(0);
  EXPECT_TRUE(budget.allows(1'000'000));
  budget.spend(1'000'000);
  EXPECT_FALSE(budget.allows(1));
}

TEST(Budget, WithoutALimitAllowsAll) {
  Budget budget(std::nullopt);
  budget.spend(1'000'000);
  EXPECT_TRUE(budget.allows(1'000'000));
}

}  // namespace
}  // namespace varve::chunk
