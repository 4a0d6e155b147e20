#include "extension/columnstore/column_list.h"

#include "extension/columnstore/settings.h"

extern "C" {
#include <nodes/parsenodes.h>
#include <parser/parser.h>
#include <utils/builtins.h>
}

namespace varve::columnstore {
namespace {

[[noreturn]] void refuse(const char* option, const char* text) {
  ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                  errmsg("\"%s\" is not a list of columns for option \"%s\"", text, option)));
}

bool is_blank(const char* text) {
  while (*text == ' ' || *text == '\t' || *text == '\n') ++text;
  return *text == '\0';
}

/// The items of ORDER BY `text`, and nothing else.
List* sort_items(const char* option, const char* text) {
  if (is_blank(text)) return NIL;
  List* statements = raw_parser(psprintf("SELECT ORDER BY %s", text), RAW_PARSE_DEFAULT);
  if (list_length(statements) != 1) refuse(option, text);
  const auto* statement = linitial_node(RawStmt, statements)->stmt;
  if (!IsA(statement, SelectStmt)) refuse(option, text);
  const auto* select = reinterpret_cast<const SelectStmt*>(statement);
  if (select->op != SETOP_NONE || select->limitCount != nullptr || select->limitOffset != nullptr ||
      select->lockingClause != NIL || select->withClause != nullptr) {
    refuse(option, text);
  }
  return select->sortClause;
}

const char* name_of(const SortBy* item, const char* option, const char* text) {
  if (item->sortby_dir == SORTBY_USING || !IsA(item->node, ColumnRef)) refuse(option, text);
  const auto* column = reinterpret_cast<const ColumnRef*>(item->node);
  if (list_length(column->fields) != 1 || !IsA(linitial(column->fields), String)) {
    refuse(option, text);
  }
  return strVal(linitial(column->fields));
}

}  // namespace

List* parse_order(const char* option, const char* text) {
  List* columns = NIL;
  ListCell* cell;
  foreach (cell, sort_items(option, text)) {
    const auto* item = lfirst_node(SortBy, cell);
    auto* column = static_cast<OrderColumn*>(palloc(sizeof(OrderColumn)));
    const bool is_descending = item->sortby_dir == SORTBY_DESC;
    const bool nulls_first = item->sortby_nulls == SORTBY_NULLS_DEFAULT
                                 ? is_descending
                                 : item->sortby_nulls == SORTBY_NULLS_FIRST;
    *column = {name_of(item, option, text), is_descending, nulls_first};
    columns = lappend(columns, column);
  }
  return columns;
}

List* parse_columns(const char* option, const char* text) {
  List* columns = NIL;
  ListCell* cell;
  foreach (cell, sort_items(option, text)) {
    const auto* item = lfirst_node(SortBy, cell);
    if (item->sortby_dir != SORTBY_DEFAULT || item->sortby_nulls != SORTBY_NULLS_DEFAULT) {
      refuse(option, text);
    }
    columns = lappend(columns, const_cast<char*>(name_of(item, option, text)));
  }
  return columns;
}

}  // namespace varve::columnstore
