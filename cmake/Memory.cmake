# cmake -DOCLGRIND=... -DHARNESS=... -DKERNELS=... -DFOLDER=... -DPLANT=none|read|race -P Memory.cmake
#   -- OPTIONS... CASES
#
# Runs the harness under Oclgrind. Without a mistake planted all results must be right and the log must be
# empty: Oclgrind itself exits with 0 whatever it finds. With a mistake planted the log must name it.
file(REMOVE_RECURSE ${FOLDER})
file(GLOB sources ${KERNELS}/*.cl ${KERNELS}/*.h)
file(COPY ${sources} DESTINATION ${FOLDER})

# mistake(MARK AFTER CODE): puts code behind the first AFTER that follows MARK in the kernel.
function(mistake mark after code)
  file(READ ${FOLDER}/hash.cl text)
  string(FIND "${text}" "${mark}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "hash.cl has no ${mark}")
  endif()
  string(SUBSTRING "${text}" 0 ${at} before)
  string(SUBSTRING "${text}" ${at} -1 rest)
  string(FIND "${rest}" "${after}" at)
  string(LENGTH "${after}" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${rest}" 0 ${at} middle)
  string(SUBSTRING "${rest}" ${at} -1 rest)
  file(WRITE ${FOLDER}/hash.cl "${before}${middle}${code}${rest}")
endfunction()

if(PLANT STREQUAL read) # parts has n elements
  mistake("void place(" "{" " volatile uint planted = parts[n];")
  set(finding "Invalid read of size 4 at global memory")
elseif(PLANT STREQUAL race) # every work item writes another number to the same word
  mistake("void place(" "{" " *(volatile __local uint *)bins = get_local_id(0);")
  set(finding "data race at local memory")
endif()

# What stands behind -- goes to the harness; the cases come last.
set(options "")
math(EXPR last "${CMAKE_ARGC} - 1")
set(ours TRUE)
foreach(i RANGE ${last})
  if(NOT ours)
    list(APPEND options ${CMAKE_ARGV${i}})
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(ours FALSE)
  endif()
endforeach()
list(POP_BACK options cases)

set(log ${FOLDER}/oclgrind.log)
execute_process(COMMAND ${OCLGRIND} --data-races --log ${log} ${HARNESS} --platform Oclgrind --unoptimised 1 ${options} ${FOLDER} ${cases}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT EXISTS ${log})
  message(FATAL_ERROR "Oclgrind left no log:\n${output}")
endif()
file(READ ${log} findings LIMIT 4000)
message("${output}${findings}")
if(PLANT STREQUAL none)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "the harness ended with ${status}")
  elseif(NOT findings STREQUAL "")
    message(FATAL_ERROR "Oclgrind found mistakes")
  endif()
elseif(NOT findings MATCHES "${finding}")
  message(FATAL_ERROR "Oclgrind did not find the mistake that was planted: ${finding}")
endif()
