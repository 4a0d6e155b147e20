#include "platform/cli/terminal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <unistd.h>

namespace varve::cli {
namespace {

constexpr std::size_t kStepWidth = 46;

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}

}  // namespace

void Steps::run(std::string_view what, const std::function<std::string()>& step) {
  const std::string title =
      "[" + std::to_string(++number_) + "/" + std::to_string(count_) + "] " + std::string(what);
  const auto begin = std::chrono::steady_clock::now();
  const std::string note = step();
  out_ << padded(title, kStepWidth) << padded("", 1)
       << seconds_text(std::chrono::steady_clock::now() - begin) << " s";
  if (!note.empty()) out_ << "   " << note;
  out_ << std::endl;
}

void Progress::show(double part, std::string_view detail) {
  constexpr int kBarWidth = 30;
  const int percent = int(std::clamp(part, 0.0, 1.0) * 100);
  if (!terminal_) {
    constexpr int kStep = 25;
    if (percent / kStep <= shown_ || percent < kStep) return;
    shown_ = percent / kStep;
    out_ << "  " << what_ << ": " << percent << " %, " << detail << std::endl;
    return;
  }
  if (percent == shown_) return;
  shown_ = percent;
  const auto full = std::size_t(percent * kBarWidth / 100);
  out_ << "\r\x1b[K  " << what_ << " [" << std::string(full, '#')
       << std::string(kBarWidth - full, '.') << "] " << percent << " %  " << detail << std::flush;
}

void Progress::finish() {
  if (terminal_) out_ << "\r\x1b[K" << std::flush;
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = std::ssize(digits) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(std::size_t(at), 1, ',');
  return digits;
}

std::string seconds_text(std::chrono::steady_clock::duration time) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%6.1f", std::chrono::duration<double>(time).count());
  return text.data();
}

}  // namespace varve::cli
