#include "extension/columnstore/sparse_index.h"

#include <gtest/gtest.h>

#include "kernel/base/error.h"

namespace varve::columnstore {
namespace {

using Indexes = std::vector<SparseIndex>;

TEST(SparseIndex, Table) {
  const struct {
    const char* text;
    Indexes indexes;
  } cases[] = {
      {"", {}},
      {" \n", {}},
      {"bloom(a)", {{"bloom", {"a"}}}},
      {"BLOOM ( A , b_1$ ) , minmax(c)", {{"bloom", {"a", "b_1$"}}, {"minmax", {"c"}}}},
      {R"x(bloom("A b", "q""q", "x,(y)"))x", {{"bloom", {"A b", "q\"q", "x,(y)"}}}},
      {"bloom(\xC3\xA9t\xC3\xA9)", {{"bloom", {"\xC3\xA9t\xC3\xA9"}}}},
      {"nosuch(a)", {{"nosuch", {"a"}}}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(parse_sparse_indexes(c.text), c.indexes) << c.text;
    EXPECT_EQ(parse_sparse_indexes(text_of(c.indexes)), c.indexes) << c.text;
  }
}

std::string refusal_of(const char* text) {
  try {
    check_sparse_indexes(parse_sparse_indexes(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    return error.what();
  }
  return "none";
}

TEST(SparseIndex, WhatIsNoListIsNamed) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"bloom", "columns of a sparse index are given in parentheses at the end of the list"},
      {"bloom()", "a sparse index needs a column at \")\""},
      {"bloom(a", "a sparse index is of columns, not of expressions at the end of the list"},
      {"bloom(a,)", "a sparse index needs a column at \")\""},
      {"bloom(a) minmax(b)", "sparse indexes are separated by commas at \"minmax(b)\""},
      {"bloom(a),", "a sparse index needs a type at the end of the list"},
      {",bloom(a)", "a sparse index needs a type at \",bloom(a)\""},
      {"bloom(lower(a))", "a sparse index is of columns, not of expressions at \"(a))\""},
      {"bloom(a + 1)", "a sparse index is of columns, not of expressions at \"+ 1)\""},
      {"bloom(1)", "a sparse index needs a column at \"1)\""},
      {"bloom(t.a)", "columns of a sparse index are named without a table at \"a)\""},
      {"bloom(\"a)", "a quoted column of a sparse index does not end"},
      {"bloom(\"\")", "a sparse index needs a column at \")\""},
      {"bloom(a, b, A)", "column \"a\" is named twice in a sparse index"},
      {"bloom(a), bloom(b), bloom(a)", "sparse index \"bloom(a)\" is named twice"},
      {"minmax(a, b)", "sparse index \"minmax\" takes one column"},
      {"bloom(a,b,c,d,e,f,g,h,i)", "sparse index \"bloom\" takes at most 8 columns"},
      {"bloom(a), minmax(a), bloom(b, a), bloom(a, b)", "none"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal_of(c.text), c.message) << c.text;
}

TEST(SparseIndex, IsShownAsJson) {
  const Indexes indexes = {{"bloom", {"a\"\\\n"}}, {"bloom", {"a", "b"}}};
  EXPECT_EQ(json_of(indexes), R"([{"type": "bloom", "column": "a\"\\\u000a"}, )"
                              R"({"type": "bloom", "column": ["a", "b"]}])");
  EXPECT_EQ(json_of({}), "[]");
}

TEST(SparseIndex, FollowsRenamedColumns) {
  Indexes indexes = parse_sparse_indexes("bloom(a, b), minmax(b), firstlast(c)");
  EXPECT_TRUE(rename_column(indexes, "b", "x y"));
  EXPECT_EQ(text_of(indexes), "bloom(a, \"x y\"), minmax(\"x y\"), firstlast(c)");
  EXPECT_FALSE(rename_column(indexes, "b", "z"));
  EXPECT_TRUE(names_column(indexes, "c"));
  EXPECT_FALSE(names_column(indexes, "b"));
}

}  // namespace
}  // namespace varve::columnstore
