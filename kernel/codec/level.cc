#include "kernel/codec/level.h"

namespace varve::codec {
namespace {

#if defined(__x86_64__)

constexpr const Kernels* kAll[] = {&detail::kPortable, &detail::kV2, &detail::kV3, &detail::kV4};

/// What x86-64-v2, v3 and v4 promise, as far as the loops could use it (clang 14 and g++ 12 do not
/// know the levels' names here).
std::size_t count_of_levels() {
  __builtin_cpu_init();
  const bool v2 = __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("popcnt") != 0;
  if (!v2) return 1;
  const bool v3 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                  __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (!v3) return 2;
  const bool v4 =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512cd") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0;
  return v4 ? 4 : 3;
}

#else

constexpr const Kernels* kAll[] = {&detail::kPortable};

std::size_t count_of_levels() { return 1; }

#endif

const std::size_t kCount = count_of_levels();
const Kernels* chosen = kAll[kCount - 1];

}  // namespace

const Kernels& kernels() noexcept { return *chosen; }

Levels levels() noexcept { return {kAll, kCount}; }

void choose_level(const Kernels& level) noexcept { chosen = &level; }

}  // namespace varve::codec
