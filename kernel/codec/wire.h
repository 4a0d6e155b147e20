#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "kernel/base/bytes.h"
#include "kernel/base/error.h"

/// Reading and writing of the little-endian layouts of docs/format/columnstore.md.
namespace varve::codec {

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian and is mapped onto structs as it is");

template <class T>
concept Wire = std::is_trivially_copyable_v<T>;

/// The T at `bytes`, which need not be aligned.
template <Wire T>
T load(const std::byte* bytes) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <Wire T>
void store(std::byte* bytes, const T& value) noexcept {
  std::memcpy(bytes, &value, sizeof value);
}

inline void append(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <Wire T>
void append_value(Bytes& out, const T& value) {
  append(out, std::as_bytes(std::span(&value, 1)));
}

constexpr std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

/// Zeros up to the next multiple of 8. Every part of a blob starts at one.
inline void pad(Bytes& out) { out.resize(padded(out.size())); }

[[noreturn]] inline void corrupt(const std::string& what) {
  throw Error(ErrorKind::kCorruptData, "corrupt columnar data: " + what);
}

inline void require(bool condition, const char* what) {
  if (!condition) corrupt(what);
}

/// The next `size` bytes of `in`, which moves past them; `what` is named where there are fewer.
inline ByteView take(ByteView& in, std::size_t size, const char* what) {
  require(size <= in.size(), what);
  const ByteView taken = in.first(size);
  in = in.subspan(size);
  return taken;
}

template <Wire T>
T take_value(ByteView& in, const char* what) {
  return load<T>(take(in, sizeof(T), what).data());
}

}  // namespace varve::codec
