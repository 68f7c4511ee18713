# libkeymill: built by Go, installed and tested as any library in C.
if(NOT CMAKE_SYSTEM_NAME STREQUAL Linux)
  message(FATAL_ERROR "libkeymill is built for Linux here: -DKEYMILL_LIBRARY=OFF leaves it out")
endif()
find_program(GO go REQUIRED)

set(library_folder ${PROJECT_SOURCE_DIR}/cmd/libkeymill)
set(soname libkeymill.so.${PROJECT_VERSION_MAJOR})
set(library_file ${PROJECT_BINARY_DIR}/libkeymill.so.${PROJECT_VERSION})
set(links ${PROJECT_BINARY_DIR}/${soname} ${PROJECT_BINARY_DIR}/libkeymill.so)

# go does not look into the file that says what the library shows; so its name changes with what is in it.
file(SHA256 ${scripts}/libkeymill.map digest)
set(shown ${PROJECT_BINARY_DIR}/libkeymill-${digest}.map)
configure_file(${scripts}/libkeymill.map ${shown} COPYONLY)

# Always run, because of all else go itself knows best what is stale. The quotes are for folders with spaces.
add_custom_target(libkeymill ALL
  COMMAND ${CMAKE_COMMAND} -E env CGO_ENABLED=1 CC=${CMAKE_C_COMPILER} ${GO} build -C ${PROJECT_SOURCE_DIR} -trimpath -buildmode=c-shared
    -ldflags "-X main.release=${PROJECT_VERSION} \"-extldflags='-Wl,-soname,${soname},--version-script=${shown}'\""
    -o ${library_file} ./cmd/libkeymill
  COMMAND ${CMAKE_COMMAND} -E create_symlink libkeymill.so.${PROJECT_VERSION} ${soname}
  COMMAND ${CMAKE_COMMAND} -E create_symlink ${soname} libkeymill.so
  BYPRODUCTS ${library_file} ${links}
  COMMENT "Building libkeymill by Go"
  VERBATIM)
set_property(TARGET libkeymill PROPERTY ADDITIONAL_CLEAN_FILES ${PROJECT_BINARY_DIR}/libkeymill.so.${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}.h)

add_library(keymill SHARED IMPORTED GLOBAL)
set_target_properties(keymill PROPERTIES
  IMPORTED_LOCATION ${library_file} IMPORTED_SONAME ${soname} INTERFACE_INCLUDE_DIRECTORIES ${library_folder})
add_dependencies(keymill libkeymill)

# keymill.pc finds its folders from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH pc_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(${scripts}/keymill.pc.in keymill.pc @ONLY)

install(FILES ${library_file} TYPE LIB PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES ${links} TYPE LIB)
install(FILES ${library_folder}/keymill.h TYPE INCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/keymill.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES README.md CHANGELOG.md LICENSE TYPE DOC)
install(FILES ${library_folder}/example/moves.c DESTINATION ${CMAKE_INSTALL_DOCDIR}/example)

if(NOT BUILD_TESTING)
  return()
endif()
include(CheckLanguage)
find_package(Threads REQUIRED)

add_executable(library_api ${library_folder}/ctest/api.c)
target_link_libraries(library_api keymill Threads::Threads)
add_test(NAME library.api COMMAND library_api)
add_test(NAME library.api.opencl COMMAND library_api opencl)

add_executable(library_example ${library_folder}/example/moves.c)
target_link_libraries(library_example keymill)
add_test(NAME library.example COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:library_example>
  -DEXPECTED=${library_folder}/example/expected.txt -DFOLDER=${PROJECT_BINARY_DIR}/example -P ${scripts}/Example.cmake)

add_test(NAME library.symbols COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DLIBRARY=${library_file}
  -DHEADER=${library_folder}/keymill.h -P ${scripts}/Symbols.cmake)

# The header is C99 and C++98, with whatever warnings its user asks for.
set(header_check -Wall -Wextra -Wpedantic -Werror -fsyntax-only ${library_folder}/ctest/header.h)
add_test(NAME library.header.c99 COMMAND ${CMAKE_C_COMPILER} -x c -std=c99 ${header_check})
check_language(CXX)
if(CMAKE_CXX_COMPILER)
  add_test(NAME library.header.c++98 COMMAND ${CMAKE_CXX_COMPILER} -x c++ -std=c++98 ${header_check})
endif()

add_test(NAME library.install COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DFOLDER=${PROJECT_BINARY_DIR}/installed
  -DLIBDIR=${CMAKE_INSTALL_LIBDIR} -DDOCDIR=${CMAKE_INSTALL_DOCDIR} -DCC=${CMAKE_C_COMPILER} -DSONAME=${soname}
  -DVERSION=${PROJECT_VERSION} -DEXPECTED=${library_folder}/example/expected.txt -P ${scripts}/Install.cmake)

# What the backends of a library keep for the next run stays in the build folder.
set_tests_properties(library.api library.api.opencl library.example library.install PROPERTIES
  SKIP_RETURN_CODE 77 ENVIRONMENT XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/cache)
