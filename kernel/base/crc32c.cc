#include "kernel/base/crc32c.h"

#include <array>
#include <cassert>
#include <cstring>

namespace varve {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected

/// kTables[k][b]: the remainder of byte b followed by k bytes of zero.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = (shorter >> 8) ^ tables[0][shorter & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

/// Four bytes, least significant first, whatever the machine's order.
std::uint32_t load_32(const std::byte* p) {
  return std::to_integer<std::uint32_t>(p[0]) | std::to_integer<std::uint32_t>(p[1]) << 8 |
         std::to_integer<std::uint32_t>(p[2]) << 16 | std::to_integer<std::uint32_t>(p[3]) << 24;
}

}  // namespace

std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t previous) {
  std::uint32_t crc = ~previous;
  const std::byte* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    const std::uint32_t low = crc ^ load_32(p);
    const std::uint32_t high = load_32(p + 4);
    crc = kTables[7][low & 0xff] ^ kTables[6][low >> 8 & 0xff] ^ kTables[5][low >> 16 & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][high >> 8 & 0xff] ^
          kTables[1][high >> 16 & 0xff] ^ kTables[0][high >> 24];
  }
  for (; left > 0; --left, ++p) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(*p)) & 0xff];
  }
  return ~crc;
}

#if defined(__x86_64__)

namespace {

std::uint64_t load_64(const std::byte* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

}  // namespace

__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(ByteView bytes,
                                                                std::uint32_t previous) {
  assert(crc32c_in_hardware());
  std::uint64_t crc = ~previous;
  const std::byte* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) crc = __builtin_ia32_crc32di(crc, load_64(p));
  auto crc_32 = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left, ++p) {
    crc_32 = __builtin_ia32_crc32qi(crc_32, std::to_integer<unsigned char>(*p));
  }
  return ~crc_32;
}

bool crc32c_in_hardware() { return __builtin_cpu_supports("sse4.2") != 0; }

#else

std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t previous) {
  assert(crc32c_in_hardware());
  return crc32c_portable(bytes, previous);
}

bool crc32c_in_hardware() { return false; }

#endif

namespace {

const auto kChosen = crc32c_in_hardware() ? crc32c_hardware : crc32c_portable;

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t previous) { return kChosen(bytes, previous); }

}  // namespace varve
