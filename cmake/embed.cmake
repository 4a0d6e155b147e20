# varve_embed(target NAMESPACE name FILES file...)
# Compiles the files' text into `target`, so that programs need no source tree. They appear in the
# generated header embedded/<name>.h:
#   namespace varve::embedded::<name> {
#     extern const std::string_view revenue_summary;   // of revenue_summary.sql; 10_tables.sql is _10_tables
#     std::span<const File> files();                   // all of them, in the order of their names
#   }
function(varve_embed target)
  cmake_parse_arguments(embed "" "NAMESPACE" "FILES" ${ARGN})
  set(directory ${CMAKE_BINARY_DIR}/generated)
  set(header ${directory}/embedded/${embed_NAMESPACE}.h)
  set(source ${directory}/embedded/${embed_NAMESPACE}.cc)
  list(SORT embed_FILES)
  add_custom_command(OUTPUT ${header} ${source}
    COMMAND ${CMAKE_COMMAND} -D NAMESPACE=${embed_NAMESPACE} -D HEADER=${header} -D SOURCE=${source}
            "-DFILES=${embed_FILES}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${embed_FILES} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake VERBATIM)
  target_sources(${target} PRIVATE ${source} ${header})
  target_include_directories(${target} PUBLIC ${directory})
endfunction()
