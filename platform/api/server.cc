#include "platform/api/server.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <set>

#include "platform/api/dispatch.h"
#include "platform/base/config.h"
#include "platform/base/log.h"

namespace varve::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 64 * 1024;
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{1024} * 1024;
constexpr std::size_t kMaxConnections = 1024;
constexpr std::size_t kRememberedEvents = 1000;
// A burst that fits is sent to everybody; a client that lags further behind is not reading.
constexpr std::size_t kMostWaitingEvents = 4000;

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

asio::ip::address loopback_address(const std::string& listen) {
  error_code error;
  auto address = asio::ip::make_address(listen == "localhost" ? "127.0.0.1" : listen, error);
  if (error || !address.is_loopback()) {
    throw ConfigError(
        "api.listen = \"" + listen +
        "\": only loopback addresses are allowed, since the API has no authentication yet");
  }
  return address;
}

std::uint64_t milliseconds_since_epoch() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).count());
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

using Message = http::request<http::string_body>;

std::string_view header(const Message& message, http::field name) { return view(message[name]); }

http::response<http::string_body> to_beast(Response response, bool keep_alive, bool with_body) {
  http::response<http::string_body> out(static_cast<http::status>(response.status), 11);
  out.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) out.set(name, value);
  out.keep_alive(keep_alive);
  out.content_length(response.body.size());
  if (with_body) out.body() = std::move(response.body);
  return out;
}

/// The status for what the parser refused; 0 where the peer is simply gone.
int status_of(error_code error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

}  // namespace

/// All of it runs on the thread of run(), but for publish().
///
/// Within co_await expressions there are no temporaries of ours: g++ 12 destroys them twice.
class Server::Loop {
 public:
  Loop(Settings settings, Application& application, Metrics& metrics)
      : settings_(std::move(settings)),
        application_(application),
        stream_clients_(metrics.gauge("varve_sse_clients", "clients of /v1/stream")),
        hub_(milliseconds_since_epoch(), kRememberedEvents, kMostWaitingEvents),
        acceptor_(context_) {
    const tcp::endpoint endpoint(loopback_address(settings_.listen), settings_.port);
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw std::runtime_error("cannot listen on " + settings_.listen + ":" +
                               std::to_string(settings_.port) + ": " + error.message());
    }
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void run(const std::stop_token& stop) {
    const std::stop_callback on_stop(stop,
                                     [this] { asio::post(context_, [this] { begin_stop(); }); });
    asio::co_spawn(context_, accept(), asio::detached);
    context_.run();
  }

  void publish(std::string event, std::string data) {
    asio::post(context_, [this, event = std::move(event), data = std::move(data)] {
      hub_.publish(event, data);
    });
  }

 private:
  struct Connection {
    explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    bool awaits_request = false;  // nothing is lost if it ends now
  };
  using ConnectionPointer = std::shared_ptr<Connection>;

  void begin_stop() {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (Connection* connection : connections_) {
      if (connection->awaits_request) connection->stream.socket().close(ignored);
    }
    // Also those in the middle of a write that its client does not read.
    for (StreamClient* client : streams_) client->end();
  }

  asio::awaitable<void> accept() {
    while (!stopping_) {
      error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(into(error));
      if (stopping_) break;
      if (error) {
        // Out of file descriptors, usually: wait for some to come back.
        log::warn("cannot accept a connection", {{"error", error.message()}});
        asio::steady_timer pause(context_, std::chrono::milliseconds(100));
        co_await pause.async_wait(into(error));
        continue;
      }
      if (connections_.size() >= kMaxConnections) continue;  // closes it
      auto connection = std::make_shared<Connection>(std::move(socket));
      asio::co_spawn(context_, serve(std::move(connection)), asio::detached);
    }
  }

  /// Requests of one connection, one after the other, until either side has enough.
  asio::awaitable<void> serve(ConnectionPointer connection) {
    connections_.insert(connection.get());
    try {
      error_code ignored;
      connection->stream.socket().set_option(tcp::no_delay(true), ignored);
      while (co_await serve_one(connection)) continue;
      connection->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    } catch (const std::exception& error) {
      log::error("connection failed", {{"error", error.what()}});
    }
    connections_.erase(connection.get());
  }

  /// False where the connection is to end.
  asio::awaitable<bool> serve_one(ConnectionPointer connection) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(kMaxBodyBytes);
    error_code error;
    connection->awaits_request = true;
    connection->stream.expires_after(settings_.idle);
    co_await http::async_read(connection->stream, connection->buffer, parser, into(error));
    connection->awaits_request = false;
    connection->stream.expires_never();
    if (error) {
      const int status = status_of(error);
      if (status != 0) {
        Response refusal = application_.refuse(status, error.message());
        co_await write(connection, std::move(refusal), false, true);
      }
      co_return false;
    }

    const Message message = parser.release();
    const std::string_view host = header(message, http::field::host);
    auto request = application_.request_of(
        {view(message.method_string()), view(message.target()), view(message["X-Request-Id"])});
    if (!request) {
      Response refusal = application_.refuse(400, "the request target is not valid");
      co_return co_await write(connection, std::move(refusal), message.keep_alive(), true);
    }
    if (application_.is_stream(*request, host)) {
      co_await stream(connection, *request, view(message["Last-Event-ID"]));
      co_return false;
    }
    const bool with_body = request->method != "HEAD";
    Sender sender{std::string(host), std::string(header(message, http::field::origin)),
                  std::string(view(message["X-Varve-Action"]))};
    Response response = co_await answer(std::move(*request), std::move(sender));
    co_return co_await write(connection, std::move(response), message.keep_alive(), with_body);
  }

  /// The application's answer, which may come from another thread.
  asio::awaitable<Response> answer(Request request, Sender sender) {
    const auto start = [this, &sender](auto handler, Request&& asked) {
      const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      // The tracked executor keeps run() going while nothing but a worker is busy.
      const auto executor = asio::prefer(asio::get_associated_executor(*shared),
                                         asio::execution::outstanding_work.tracked);
      application_.answer(std::move(asked), sender, [shared, executor](Response response) {
        asio::post(executor, [shared, response = std::move(response)]() mutable {
          (*shared)(std::move(response));
        });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Response)>(
        start, asio::use_awaitable, std::move(request));
  }

  asio::awaitable<bool> write(ConnectionPointer connection, Response response, bool keep_alive,
                              bool with_body) {
    keep_alive = keep_alive && !stopping_;
    auto message = to_beast(std::move(response), keep_alive, with_body);
    http::response_serializer<http::string_body> serializer(message);
    error_code error;
    connection->stream.expires_after(settings_.idle);
    if (with_body) {
      co_await http::async_write(connection->stream, serializer, into(error));
    } else {
      co_await http::async_write_header(connection->stream, serializer, into(error));
    }
    co_return !error && keep_alive;
  }

  struct StreamClient {
    StreamClient(asio::io_context& context, ConnectionPointer its_connection)
        : connection(std::move(its_connection)), timer(context) {
      subscriber.wake = [this] {
        if (subscriber.too_slow) end();
        timer.cancel();
      };
    }
    void end() {
      ended = true;
      error_code ignored;
      connection->stream.socket().close(ignored);
      timer.cancel();
    }

    ConnectionPointer connection;
    Subscriber subscriber;
    // Runs until the next heartbeat; cancelled when there is something to do before.
    asio::steady_timer timer;
    bool ended = false;
  };

  /// Sends events until the client goes or we stop.
  asio::awaitable<void> stream(ConnectionPointer connection, const Request& request,
                               std::string_view last_seen) {
    if (hub_.subscribers() >= settings_.max_stream_clients) {
      const auto problem = unavailable("there are too many clients of the stream", 15);
      Response refusal = application_.finish(problem_response(problem, request), request);
      co_await write(connection, std::move(refusal), false, true);
      co_return;
    }
    auto client = std::make_shared<StreamClient>(context_, connection);
    hub_.add(client->subscriber, event_id(last_seen));
    streams_.insert(client.get());
    stream_clients_.Increment();
    asio::co_spawn(context_, watch(client), asio::detached);
    Response head = application_.finish({200, "text/event-stream", ""}, request);
    co_await send_events(*client, std::move(head));
    stream_clients_.Decrement();
    streams_.erase(client.get());
    hub_.remove(client->subscriber);
    client->end();
  }

  asio::awaitable<void> send_events(StreamClient& client, Response head) {
    error_code error;
    auto message = to_beast(std::move(head), false, true);
    message.content_length(boost::none);
    http::response_serializer<http::string_body> serializer(message);
    co_await http::async_write_header(client.connection->stream, serializer, into(error));

    std::string pending = "retry: 2000\n\n" + event_frame("heartbeat", "{}");
    while (!error && !client.ended && !stopping_) {
      for (const auto& frame : client.subscriber.waiting) pending += *frame;
      client.subscriber.waiting.clear();
      if (!pending.empty()) {
        co_await asio::async_write(client.connection->stream.socket(), asio::buffer(pending),
                                   into(error));
        pending.clear();
        continue;
      }
      client.timer.expires_after(settings_.heartbeat);
      error_code interrupted;
      co_await client.timer.async_wait(into(interrupted));
      if (!interrupted) pending = event_frame("heartbeat", "{}");
    }
  }

  /// Notices at once when the client goes, not only at the next write.
  asio::awaitable<void> watch(std::shared_ptr<StreamClient> client) {
    std::array<char, 256> ignored;
    error_code error;
    while (!error) {
      co_await client->connection->stream.socket().async_read_some(asio::buffer(ignored),
                                                                   into(error));
    }
    client->end();
  }

  static std::optional<std::uint64_t> event_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return id;
  }

  const Settings settings_;
  Application& application_;
  prometheus::Gauge& stream_clients_;
  EventHub hub_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  bool stopping_ = false;
  std::set<Connection*> connections_;
  std::set<StreamClient*> streams_;
};

Server::Server(Settings settings, Application& application, Metrics& metrics)
    : loop_(std::make_unique<Loop>(std::move(settings), application, metrics)) {}
Server::~Server() = default;
std::uint16_t Server::port() const { return loop_->port(); }
void Server::run(const std::stop_token& stop) { loop_->run(stop); }
void Server::publish(std::string event, std::string data) {
  loop_->publish(std::move(event), std::move(data));
}

}  // namespace varve::api
