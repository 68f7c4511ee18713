# cmake -DNM=... -DLIBRARY=... -DHEADER=... -P Symbols.cmake: the library shows the functions of its header, and
# nothing else.
execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE shown COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " [TDBRWV] [A-Za-z0-9_]+" shown "${shown}")
list(TRANSFORM shown REPLACE "^ . " "")
list(SORT shown)

file(READ ${HEADER} text)
string(REGEX MATCHALL "km_[a-z]+\\(" declared "${text}")
list(TRANSFORM declared REPLACE "\\($" "")
list(REMOVE_DUPLICATES declared)
list(SORT declared)

if(NOT shown STREQUAL declared)
  message(FATAL_ERROR "the library shows\n${shown}\nthe header declares\n${declared}")
endif()
