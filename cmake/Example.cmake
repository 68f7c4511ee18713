# cmake -DPROGRAM=... -DEXPECTED=... -DFOLDER=... -P Example.cmake: runs the example on the keys user:0 to
# user:999, from a file and from a pipe, and compares with what a test in Go holds to the definitions.
file(MAKE_DIRECTORY ${FOLDER})
set(keys "")
foreach(i RANGE 999)
  string(APPEND keys "user:${i}\n")
endforeach()
file(WRITE ${FOLDER}/keys.txt "${keys}")
file(READ ${EXPECTED} expected)

execute_process(COMMAND ${PROGRAM} ${FOLDER}/keys.txt OUTPUT_VARIABLE from_file COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PROGRAM} INPUT_FILE ${FOLDER}/keys.txt OUTPUT_VARIABLE from_pipe COMMAND_ERROR_IS_FATAL ANY)
foreach(got IN LISTS from_file from_pipe)
  if(NOT got STREQUAL expected)
    message(FATAL_ERROR "the example printed\n${got}not\n${expected}")
  endif()
endforeach()
