# How every layer is built. A file's name says what it is: *_test.cc belongs to the layer's unit
# tests, *_fuzz.cc is a fuzz target of its own, *_bench.cc a benchmark of its own, any other *.cc is
# the layer itself. Include paths are how the direction of dependencies is enforced: a layer sees
# the repository root, and the headers of nothing but what it lists.

add_library(varve_warnings INTERFACE)
target_compile_options(varve_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror)

add_library(varve_sanitizers INTERFACE)
if(VARVE_SANITIZE)
  target_compile_options(varve_sanitizers INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(varve_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(VARVE_FUZZ)
  # The layers tell the fuzzer which way they went; only the targets bring its main().
  target_compile_options(varve_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(VARVE_TESTS)
  find_package(GTest REQUIRED)
  enable_testing()
endif()
if(VARVE_BENCH)
  find_package(benchmark REQUIRED)
endif()

# Lists the layer's own sources among `sources` in `result`.
function(varve_own_sources result sources)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cc$")
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# varve_layer(name SOURCES ... LIBRARIES ... SYSTEM_INCLUDES ...)
# A static library `name` from the sources that are its own, the test program `name_test`, and one
# program for each fuzz target and each benchmark.
function(varve_layer name)
  cmake_parse_arguments(layer "" "" "SOURCES;LIBRARIES;SYSTEM_INCLUDES" ${ARGN})
  varve_own_sources(own "${layer_SOURCES}")
  add_library(${name} STATIC ${own})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PUBLIC ${layer_SYSTEM_INCLUDES})
  target_link_libraries(${name} PUBLIC ${layer_LIBRARIES} varve_sanitizers PRIVATE varve_warnings)

  set(tests ${layer_SOURCES})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(VARVE_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} varve_warnings rapidcheck
                          GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()

  foreach(source ${layer_SOURCES})
    get_filename_component(program ${source} NAME_WE)
    if(VARVE_FUZZ AND source MATCHES "_fuzz\\.cc$")
      add_executable(${program} ${source})
      target_compile_options(${program} PRIVATE -fsanitize=fuzzer)
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${program} PRIVATE ${name} varve_warnings)
    elseif(VARVE_BENCH AND source MATCHES "_bench\\.cc$")
      add_executable(${program} ${source})
      target_link_libraries(${program} PRIVATE ${name} varve_warnings benchmark::benchmark_main)
    endif()
  endforeach()
endfunction()
