#include "platform/cli/http_probe.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace varve::cli {
namespace {

class Socket {
 public:
  Socket(const addrinfo& address, std::chrono::seconds timeout)
      : handle_(
            ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol)) {
    if (handle_ < 0) throw std::runtime_error(std::strerror(errno));
    // Both hold for connect() too.
    const timeval limit{timeout.count(), 0};
    ::setsockopt(handle_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(handle_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(handle_, address.ai_addr, address.ai_addrlen) != 0) {
      const int error = errno;
      ::close(handle_);
      throw std::runtime_error(std::strerror(error));
    }
  }
  ~Socket() { ::close(handle_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send(std::string_view bytes) const {
    if (::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size())) {
      throw std::runtime_error(std::strerror(errno));
    }
  }
  std::string receive(std::size_t least_bytes) const {
    std::string text;
    std::array<char, 512> part;
    while (text.size() < least_bytes) {
      const ssize_t size = ::recv(handle_, part.data(), part.size(), 0);
      if (size <= 0) break;
      text.append(part.data(), std::size_t(size));
    }
    return text;
  }

 private:
  int handle_;
};

}  // namespace

int http_status(const std::string& host, const std::string& port, const std::string& path,
                std::chrono::seconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    throw std::runtime_error(::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> address(found, ::freeaddrinfo);
  const Socket socket(*address, timeout);
  socket.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  constexpr std::string_view kStatusLine = "HTTP/1.1 200";
  const std::string answer = socket.receive(kStatusLine.size());
  if (!answer.starts_with("HTTP/1.") || answer.size() < kStatusLine.size()) {
    throw std::runtime_error("it does not speak HTTP");
  }
  return std::atoi(answer.substr(9, 3).c_str());
}

}  // namespace varve::cli
