# Installs into a folder of its own, looks that all is there, and builds and runs the example against it as a
# user would: by pkg-config, or with plain flags where there is none.
file(REMOVE_RECURSE ${FOLDER})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(file
    ${LIBDIR}/libkeymill.so ${LIBDIR}/${SONAME} ${LIBDIR}/libkeymill.so.${VERSION} ${LIBDIR}/pkgconfig/keymill.pc
    include/keymill.h ${DOCDIR}/README.md ${DOCDIR}/LICENSE ${DOCDIR}/example/moves.c)
  if(NOT EXISTS ${FOLDER}/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# Moved, because whoever packages it does that too.
file(REMOVE_RECURSE ${FOLDER}.moved)
file(RENAME ${FOLDER} ${FOLDER}.moved)
set(flags -I${FOLDER}.moved/include -L${FOLDER}.moved/${LIBDIR} -lkeymill)
find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(PKG_CONFIG)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${FOLDER}.moved/${LIBDIR}/pkgconfig
    ${PKG_CONFIG} --cflags --libs keymill = ${VERSION}
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
endif()
execute_process(COMMAND ${CC} ${FOLDER}.moved/${DOCDIR}/example/moves.c ${flags} -o ${FOLDER}.moved/moves
  COMMAND_ERROR_IS_FATAL ANY)
set(ENV{LD_LIBRARY_PATH} ${FOLDER}.moved/${LIBDIR})
set(PROGRAM ${FOLDER}.moved/moves)
include(${CMAKE_CURRENT_LIST_DIR}/Example.cmake)
