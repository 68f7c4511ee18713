# cmake -DCLANG=... -DTARGET=... -DLOAD=... -DHASHES=N -DSOURCE=... -P Lint.cmake: compiles the kernel, as far
# as warnings go, for every HASH, ragged keys and one WIDTH (with KEYMILL_LONG=1 in the environment every one), with and
# without RUNS, COUNT and FP64. What takes no seed does not use it.
set(flags -x cl -cl-std=CL1.2 -target ${TARGET} -nogpulib -Xclang -finclude-default-header -fsyntax-only
  -Wall -Wextra -Werror -Wno-unused-parameter -DLOAD=${LOAD} -DGROUP=64)
set(done 0)
set(widths 0 16)
if("$ENV{KEYMILL_LONG}" STREQUAL "1")
  set(widths 0 4 8 16 24 32)
endif()
foreach(hash RANGE 1 ${HASHES})
  foreach(width ${widths})
    foreach(extras "-DRUNS=0;-DCOUNT=0;-DFP64=1" "-DRUNS=1;-DCOUNT=1;-DFP64=0")
      execute_process(COMMAND ${CLANG} ${flags} -DHASH=${hash} -DWIDTH=${width} ${extras} ${SOURCE}
        ERROR_VARIABLE errors RESULT_VARIABLE status)
      if(NOT status EQUAL 0 OR NOT errors STREQUAL "")
        message(FATAL_ERROR "HASH=${hash} WIDTH=${width} LOAD=${LOAD} ${extras} for ${TARGET}:\n${errors}")
      endif()
      math(EXPR done "${done} + 1")
    endforeach()
  endforeach()
endforeach()
message("${done} specialisations are clean")
