# The OpenCL kernel, apart from the host in Go: is it clean C for every kind of device, does it compute what
# the definitions say, and does it read and write where it may?
set(kernels ${PROJECT_SOURCE_DIR}/kernels)
set(kernel_cases ${kernels}/harness/cases/cases.txt)
set(golden ${PROJECT_SOURCE_DIR}/hash/testdata/golden.tsv)

# The hash functions, number by number, as cases.txt names them.
file(STRINGS ${kernel_cases} lines REGEX "^hash ")
list(TRANSFORM lines REPLACE "^hash ([0-9]+) ([^ ]+) .*" "\\1;\\2" OUTPUT_VARIABLE functions)
list(LENGTH lines functions_n)

# ---- The lint: every specialisation, for the compilers of CPUs and of two makers of GPUs ----

find_program(CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
foreach(target spir64-unknown-unknown nvptx64-nvidia-cuda amdgcn-amd-amdhsa)
  string(REGEX REPLACE "-.*" "" short ${target})
  foreach(load 0 1 2)
    if(CLANG)
      add_test(NAME kernel.lint.${short}.load${load} COMMAND ${CMAKE_COMMAND} -DCLANG=${CLANG} -DTARGET=${target}
        -DLOAD=${load} -DHASHES=${functions_n} -DSOURCE=${kernels}/hash.cl -P ${scripts}/Lint.cmake)
    else()
      missing(kernel.lint.${short}.load${load} "no clang is here")
    endif()
  endforeach()
endforeach()

# ---- The harness: a host in plain C ----

# Only the library of development packages is called libOpenCL.so; the one of any driver will do.
find_library(OpenCL_LIBRARY NAMES OpenCL libOpenCL.so.1)
find_package(OpenCL 1.2 QUIET)
if(OpenCL_FOUND)
  add_executable(kernel_harness ${kernels}/harness/harness.c ${kernels}/harness/cases.c ${kernels}/harness/device.c
    ${kernels}/harness/run.c)
  target_link_libraries(kernel_harness OpenCL::OpenCL)
endif()

# PoCL keeps compiled kernels, in a folder that has to be its own.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/pocl)
while(functions)
  list(POP_FRONT functions number name)
  if(OpenCL_FOUND)
    add_test(NAME kernel.${name} COMMAND kernel_harness --platform "${KEYMILL_OPENCL_PLATFORM}" --hash ${number}
      ${kernels} ${kernel_cases} ${golden})
    set_tests_properties(kernel.${name} PROPERTIES SKIP_RETURN_CODE 77
      ENVIRONMENT POCL_CACHE_DIR=${PROJECT_BINARY_DIR}/pocl)
  else()
    missing(kernel.${name} "no OpenCL library or no headers are here")
  endif()
endwhile()

# ---- Memory: the harness on a simulated device that sees every access ----

find_program(OCLGRIND oclgrind)

# memory(NAME PLANT OPTIONS...): runs the harness under Oclgrind with those options. PLANT is a mistake that
# is put into a copy of the kernel, and that has to be found: none, read or race. See Memory.cmake.
function(memory name plant)
  if(NOT OpenCL_FOUND OR NOT OCLGRIND)
    missing(${name} "no OpenCL headers or no Oclgrind is here")
    return()
  endif()
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -DOCLGRIND=${OCLGRIND} -DHARNESS=$<TARGET_FILE:kernel_harness>
    -DPLANT=${plant} -DKERNELS=${kernels} -DFOLDER=${PROJECT_BINARY_DIR}/${name} -P ${scripts}/Memory.cmake
    -- ${ARGN} ${kernel_cases})
endfunction()

memory(kernel.memory none --single 24)
memory(kernel.memory.planted read --single 1 --hash 4)
memory(kernel.races none --hash 3)
memory(kernel.races.planted race --hash 3)
