# cmake -DREASON=... -P Missing.cmake: skips a test, or fails it where OpenCL must be there.
if("$ENV{REQUIRE_BACKENDS}" MATCHES "(^|,)opencl")
  message(FATAL_ERROR "REQUIRE_BACKENDS asks for opencl, but ${REASON}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${REASON}")
