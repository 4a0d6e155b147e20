#pragma once

#include <string>

#include "platform/api/problem.h"
#include "platform/api/routes.h"

namespace varve::api {

/// Runs the handler; whatever it throws becomes a problem: database errors as `problem_of` says.
Response answer_question(Question question, const Request& request, Database& database);

/// The same for an action: what PostgreSQL says of it is for whoever asked.
Response answer_action(const Action& action, const Request& request, Database& database);

/// 404 where the object is not there, 403 where it is another's, 400 for a wrong value, 503 where
/// the database is away, else 409: always in PostgreSQL's words.
Problem problem_of_action(const database::Error& error);

/// 503 where the database is away or overloaded or not set up, 504 for a query that ran too long,
/// 400 for a value that only PostgreSQL could judge, else 500.
Problem problem_of(const database::Error& error);

/// The problem where `method` is none of `allowed`, "GET, HEAD".
Problem wrong_method(const std::string& method, std::string_view allowed);

/// Who sends a request, as its headers tell.
struct Sender {
  std::string host;
  std::string origin = {};  // of the page whose script asks
  std::string action = {};  // X-Varve-Action
};

/// Whether the sender may change something. A script of another site could send a POST by itself,
/// but not one with this header, for which a browser asks us first, in vain; and it would name its
/// origin.
bool may_act(const Sender& sender);

/// Whether a Host header names this machine. A page of another site whose name resolves to a
/// loopback address must not read our data (DNS rebinding); without authentication nothing else
/// stops it.
bool is_local_host(std::string_view host);

}  // namespace varve::api
