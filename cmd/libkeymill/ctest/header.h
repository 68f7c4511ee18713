/* Is compiled as C and as C++: keymill.h needs no other header before it, and may come twice. */
#include "../keymill.h"
#include "../keymill.h"

int size_of_a_byte[sizeof(km_error) == KM_ERROR_SIZE ? 1 : -1];
