# Run by varve_embed: writes HEADER and SOURCE for FILES. Raw string literals, since the files are
# text; the delimiter is one that no file of ours contains.
set(declarations "")
set(definitions "")
set(list "")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  get_filename_component(stem ${path} NAME_WE)
  string(MAKE_C_IDENTIFIER "${stem}" identifier)
  file(READ ${path} text)
  string(FIND "${text}" ")varve_text\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${path} contains the delimiter of raw strings")
  endif()
  string(APPEND declarations "extern const std::string_view ${identifier};\n")
  string(APPEND definitions "const std::string_view ${identifier} = R\"varve_text(${text})varve_text\";\n")
  string(APPEND list "    {\"${name}\", ${identifier}},\n")
endforeach()

file(WRITE ${HEADER} "#pragma once
#include <span>
#include <string_view>

#include \"platform/base/embedded_file.h\"

namespace varve::embedded::${NAMESPACE} {
${declarations}std::span<const File> files();
}  // namespace varve::embedded::${NAMESPACE}
")
file(WRITE ${SOURCE} "#include \"embedded/${NAMESPACE}.h\"

namespace varve::embedded::${NAMESPACE} {
${definitions}std::span<const File> files() {
  static const File all[] = {
${list}  };
  return all;
}
}  // namespace varve::embedded::${NAMESPACE}
")
