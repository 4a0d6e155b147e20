#pragma once

#include <string>

#include "platform/api/problem.h"
#include "platform/api/routes.h"

namespace varve::api {

/// Runs the handler; whatever it throws becomes a problem: database errors as `problem_of` says.
Response answer_question(Question question, const Request& request, Database& database);

/// 503 where the database is away or overloaded or not set up, 504 for a query that ran too long,
/// 400 for a value that only PostgreSQL could judge, else 500.
Problem problem_of(const database::Error& error);

/// The problem where `method` is neither GET nor HEAD.
Problem wrong_method(const std::string& method);

/// Whether a Host header names this machine. A page of another site whose name resolves to a
/// loopback address must not read our data (DNS rebinding); without authentication nothing else
/// stops it.
bool is_local_host(std::string_view host);

}  // namespace varve::api
