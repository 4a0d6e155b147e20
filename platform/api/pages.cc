#include "platform/api/pages.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/api/query_string.h"
#include "platform/base/json.h"

#include "embedded/analytics.h"
#include "embedded/api_pages.h"

namespace varve::api {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kContentSecurity =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors "
    "'none'";

Response page(std::string_view content_type, std::string body) {
  return {200,
          std::string(content_type),
          std::move(body),
          {{"Content-Security-Policy", std::string(kContentSecurity)}}};
}

std::string_view content_type(std::string_view extension) {
  struct Type {
    std::string_view extension, name;
  };
  constexpr std::array kTypes = {
      Type{".html", "text/html; charset=utf-8"},
      Type{".js", "text/javascript; charset=utf-8"},
      Type{".css", "text/css; charset=utf-8"},
      Type{".svg", "image/svg+xml"},
      Type{".png", "image/png"},
      Type{".ico", "image/x-icon"},
      Type{".woff2", "font/woff2"},
      Type{".json", "application/json"},
      Type{".webmanifest", "application/manifest+json"},
      Type{".txt", "text/plain; charset=utf-8"},
      Type{".map", "application/json"},
  };
  for (const Type& type : kTypes) {
    if (type.extension == extension) return type.name;
  }
  return "application/octet-stream";
}

bool is_plain(std::string_view path) {
  // No "." or ".." and nothing hidden; no way of Windows to name a parent either.
  return path.find("/.") == std::string_view::npos && path.find('\\') == std::string_view::npos &&
         path.find("//") == std::string_view::npos;
}

}  // namespace

Response liveness(const Request&) {
  return {200, "application/json",
          json::Object().text("status", "ok").text("version", VARVE_VERSION).str()};
}

Response readiness(const Request&, Database& database) {
  const auto row = database.row(embedded::analytics::readiness, {});
  if (!row[0]) {
    throw ProblemError(
        unavailable("the database does not have the extension varve; run: varve setup"));
  }
  return {200, "application/json",
          json::Object().text("status", "ready").text("extension", *row[0]).str()};
}

Response openapi(const Request&) {
  return {200, "application/json", std::string(embedded::api_pages::openapi)};
}
Response docs_page(const Request&) {
  return page("text/html; charset=utf-8", std::string(embedded::api_pages::docs));
}
Response docs_script(const Request&) {
  return page("text/javascript; charset=utf-8", std::string(embedded::api_pages::docs_script));
}

std::optional<Response> static_file(const std::string& web_root, std::string_view path) {
  const auto decoded = percent_decode(path, false);
  if (web_root.empty() || !decoded || !is_plain(*decoded)) return std::nullopt;
  const fs::path file = fs::path(web_root) / (*decoded == "/" ? "index.html" : decoded->substr(1));
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream body;
  body << stream.rdbuf();
  if (!stream) return std::nullopt;

  Response response = page(content_type(file.extension().string()), body.str());
  // Vite puts a hash of the content into the names of assets.
  const bool hashed = decoded->starts_with("/assets/");
  response.headers.emplace_back("Cache-Control",
                                hashed ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

}  // namespace varve::api
