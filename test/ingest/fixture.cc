#include "test/ingest/fixture.h"

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace varve::ingest::test {
namespace {

std::string now_text() {
  return rfc3339(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

std::string uuid_text(const char* prefix, int number) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s-0000-4000-8000-%012d", prefix, number);
  return text.data();
}

}  // namespace

bool eventually(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

void IngestTest::SetUp() {
  const auto& info = *testing::UnitTest::GetInstance()->current_test_info();
  name_ = "it_" + std::string(info.name()) + "_" + std::to_string(::getpid());
  for (char& c : name_) c = static_cast<char>(std::tolower(c));
  auto admin = database::Connection::open("", "ingest_test");
  const std::string source = admin.execute("SELECT current_database()").text(0, 0).data();
  // Another test may be copying the template at the moment.
  ASSERT_TRUE(eventually([&] {
    try {
      auto other = database::Connection::open("dbname=template1", "ingest_test");
      admin = std::move(other);
      admin.script("CREATE DATABASE " + name_ + " TEMPLATE " + source);
      return true;
    } catch (const database::Error&) {
      return false;
    }
  }));
  conninfo_ = "dbname=" + name_;
  db_ =
      std::make_unique<database::Connection>(database::Connection::open(conninfo_, "ingest_test"));
  broker_ = std::make_unique<Broker>(name_);
}

void IngestTest::TearDown() {
  broker_.reset();
  db_.reset();
  try {
    database::Connection::open("dbname=template1", "ingest_test")
        .script("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const database::Error&) {
    // The suite's cluster goes as a whole.
  }
}

std::int64_t IngestTest::number(const std::string& query) {
  return db().execute(query).integer(0, 0);
}

std::string IngestTest::text(const std::string& query) {
  return std::string(db().execute(query).text(0, 0));
}

std::int64_t IngestTest::positions_sum() {
  try {
    if (!db().usable()) *db_ = database::Connection::open(conninfo_, "ingest_test");
    return number("SELECT coalesce(sum(next_offset), 0)::bigint FROM ingest.offsets");
  } catch (const database::Error&) {
    return -1;  // the server is restarting
  }
}

bool IngestTest::stored_up_to(std::int64_t messages, std::chrono::milliseconds limit) {
  return eventually([&] { return positions_sum() >= messages; }, limit);
}

std::string IngestTest::event(Kind kind, int number, const std::string& more) {
  const std::string common = R"("eventId":")" + uuid_text("eeeeeeee", number) +
                             R"(","timestamp":")" + now_text() + "\"" + more + "}";
  const std::string customer = R"("customerId":")" + uuid_text("cccccccc", number % 100) + "\",";
  const std::string order = R"("orderId":")" + uuid_text("00000000", number) + "\",";
  switch (kind) {
    case Kind::kCustomer:
      return "{" + customer + R"("metricName":"login_count","metricValue":1.5,)" + common;
    case Kind::kOrder:
      return "{" + customer + order + R"("totalAmount":"10.50","region":"EU","status":")" +
             (number % 8 == 1 ? "PAID" : "CREATED") + "\"," + common;
    case Kind::kPayment:
      return "{" + customer + order + R"("paymentId":")" + uuid_text("11111111", number) +
             R"(","amount":99.90,"status":"COMPLETED","fraudScore":12.5,)" + common;
    case Kind::kSystem: break;
  }
  return R"({"serviceName":"billing","cpuUsage":12.5,"labels":{"zone":"a"},)" + common;
}

void IngestTest::publish_events(int count, int first) {
  for (int i = first; i < first + count; ++i) {
    const auto kind = static_cast<Kind>(i % static_cast<int>(kKinds));
    broker_->publish(kind, std::to_string(i), event(kind, i));
  }
  published_ += count;
  broker_->flush();
}

SinkOptions IngestTest::sink_options() {
  SinkOptions options;
  options.conninfo = conninfo_;
  options.group = name_;
  options.topics = broker_->topics();
  options.margin = "0.2";
  return options;
}

SourceOptions IngestTest::source_options() {
  return {broker_->bootstrap(),
          name_,
          broker_->topics(),
          "",
          {{"session.timeout.ms", "4000"}, {"heartbeat.interval.ms", "500"}}};
}

Member::Member(SourceOptions source, SinkOptions sink, IngestOptions options)
    : sink_(std::move(sink)),
      source_(std::move(source)),
      ingestor_(source_, sink_, metrics_, std::move(options)),
      thread_([this](const std::stop_token& stop) { why_ = ingestor_.run(stop); }) {}

std::string Member::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return why_;
}

double Member::metric(const std::string& name) const {
  const std::string text = "\n" + metrics_.text();
  const auto at = text.find("\n" + name);
  if (at == std::string::npos) return -1;
  const auto line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  return std::strtod(line.c_str() + line.rfind(' '), nullptr);
}

Process::Process(const std::string& conninfo, const Broker& broker, const std::string& group,
                 const std::vector<std::string>& settings) {
  std::vector<std::string> words = {std::getenv("VARVED"),
                                    "ingest",
                                    "--database.conninfo=" + conninfo,
                                    "--kafka.bootstrap=" + broker.bootstrap(),
                                    "--kafka.group=" + group,
                                    "--kafka.session_ms=4000",
                                    "--kafka.topics.customer=" + broker.topics()[0],
                                    "--kafka.topics.order=" + broker.topics()[1],
                                    "--kafka.topics.payment=" + broker.topics()[2],
                                    "--kafka.topics.system=" + broker.topics()[3],
                                    "--log.level=error"};
  for (const std::string& setting : settings) words.push_back("--" + setting);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(SIGKILL);
  wait();
}

void Process::kill(int signal) { ::kill(pid_, signal); }

int Process::wait() {
  int status = 0;
  if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 30s)) {
    ADD_FAILURE() << "the process does not end";
    kill(SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace varve::ingest::test
