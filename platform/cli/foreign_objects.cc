#include "platform/cli/foreign_objects.h"

namespace varve::cli {
namespace {

// Tables may have columns beyond ours, if rows can do without; CREATE OR REPLACE VIEW wants the
// very columns. A continuous aggregate or a partitioned table is fine where we make a view or a
// table.
const char* const kCompare = R"sql(
WITH pair AS (
    SELECT ours.oid AS ours, theirs.oid AS theirs, ours.relname AS name, ours.relkind = 'v' AS is_view,
           CASE WHEN theirs.relkind IN ('r', 'p') THEN false WHEN theirs.relkind IN ('v', 'm') THEN true END AS has_view
    FROM pg_class ours
    JOIN pg_class theirs ON theirs.relname = ours.relname AND theirs.relnamespace = 'public'::regnamespace
    WHERE ours.relnamespace = 'varve_setup_shape'::regnamespace AND ours.relkind IN ('r', 'p', 'v')
), difference AS (
    SELECT name, 0 AS at, 'it is not a ' || CASE WHEN is_view THEN 'view' ELSE 'table' END AS text
    FROM pair WHERE is_view IS DISTINCT FROM has_view
  UNION ALL
    SELECT name, o.attnum,
           CASE WHEN t.attname IS NULL THEN format('column %s is missing', o.attname)
                WHEN t.atttypid <> o.atttypid
                    THEN format('column %s is %s, not %s', o.attname, format_type(t.atttypid, t.atttypmod),
                                format_type(o.atttypid, o.atttypmod))
                ELSE format('column %s stands elsewhere', o.attname) END
    FROM pair
    JOIN pg_attribute o ON o.attrelid = ours AND o.attnum > 0
    LEFT JOIN pg_attribute t ON t.attrelid = theirs AND t.attname = o.attname AND NOT t.attisdropped
    WHERE is_view = has_view
      AND (t.attname IS NULL OR t.atttypid <> o.atttypid OR (is_view AND t.attnum <> o.attnum))
  UNION ALL
    SELECT name, t.attnum, format('column %s is not ours', t.attname)
    FROM pair
    JOIN pg_attribute t ON t.attrelid = theirs AND t.attnum > 0 AND NOT t.attisdropped
    WHERE is_view = has_view AND (is_view OR (t.attnotnull AND NOT t.atthasdef AND t.attidentity = ''))
      AND NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = ours AND o.attname = t.attname)
)
SELECT name, 'f' AS is_function, string_agg(text, '; ' ORDER BY at) FROM difference GROUP BY name
UNION ALL
SELECT ours.proname || '(' || pg_get_function_identity_arguments(theirs.oid) || ')', 't',
       'it returns ' || pg_get_function_result(theirs.oid)
FROM pg_proc ours
JOIN pg_proc theirs ON theirs.proname = ours.proname AND theirs.proargtypes = ours.proargtypes
                   AND theirs.pronamespace = 'public'::regnamespace
WHERE ours.pronamespace = 'varve_setup_shape'::regnamespace
  AND (pg_get_function_result(ours.oid) <> pg_get_function_result(theirs.oid)
       OR pg_get_function_arguments(ours.oid) <> pg_get_function_arguments(theirs.oid))
ORDER BY 1)sql";

std::string explain(const std::vector<ForeignObject>& objects) {
  std::string text = "the database has objects of the same names that are not Varve's:";
  for (const ForeignObject& object : objects) {
    text += "\n  public." + object.name + ": " + object.difference;
  }
  return text + "\nnothing was changed; --force moves them to the schema before_varve";
}

}  // namespace

ForeignObjects::ForeignObjects(const std::vector<ForeignObject>& objects)
    : std::runtime_error(explain(objects)) {}

std::vector<ForeignObject> find_foreign_objects(database::Connection& connection,
                                                const std::string& schema_sql,
                                                const std::string& extension_schema) {
  connection.script(
      "SAVEPOINT shape; CREATE SCHEMA varve_setup_shape; SET LOCAL search_path = "
      "varve_setup_shape, " +
      extension_schema + ";" + schema_sql);
  const database::Result found = connection.execute(kCompare);
  connection.script("ROLLBACK TO SAVEPOINT shape; RELEASE SAVEPOINT shape");
  std::vector<ForeignObject> objects;
  objects.reserve(static_cast<std::size_t>(found.rows()));
  for (int row = 0; row < found.rows(); ++row) {
    objects.push_back({std::string(found.text(row, 0)), found.text(row, 1) == "t",
                       std::string(found.text(row, 2))});
  }
  return objects;
}

void move_aside(database::Connection& connection, const std::vector<ForeignObject>& objects) {
  connection.execute("CREATE SCHEMA IF NOT EXISTS before_varve");
  for (const ForeignObject& object : objects) {
    connection.execute(object.is_function
                           ? "ALTER FUNCTION public." + object.name + " SET SCHEMA before_varve"
                           : "ALTER TABLE public." + database::quote_identifier(object.name) +
                                 " SET SCHEMA before_varve");
  }
}

}  // namespace varve::cli
