#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace varve::cli {

/// Numbers, announces and times the steps of a command:
///   [2/5] create the hypertables                       0.3 s
/// What a step returns is printed behind its time.
class Steps {
 public:
  Steps(std::ostream& out, int count) : out_(out), count_(count) {}
  void run(std::string_view what, const std::function<std::string()>& step);

 private:
  std::ostream& out_;
  int count_;
  int number_ = 0;
};

/// How far something is: a bar that redraws itself on a terminal, a plain line each quarter
/// elsewhere.
class Progress {
 public:
  Progress(std::ostream& out, bool terminal, std::string what)
      : out_(out), terminal_(terminal), what_(std::move(what)) {}
  /// `part` in 0..1, `detail` such as "123,456 rows".
  void show(double part, std::string_view detail);
  /// Clears the bar.
  void finish();

 private:
  std::ostream& out_;
  bool terminal_;
  std::string what_;
  int shown_ = -1;
};

/// True where standard output is a terminal.
bool is_terminal();
/// 1234567 -> "1,234,567"
std::string grouped(std::int64_t number);
/// "1.2"
std::string seconds_text(std::chrono::steady_clock::duration time);

}  // namespace varve::cli
