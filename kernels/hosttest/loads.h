// Includes hash.cl for every LOAD and COUNT.
#define LOAD 0
#define COUNT 0
#include "../hash.cl"
#undef COUNT
#define COUNT 1
#include "../hash.cl"
#undef LOAD
#define LOAD 1
#include "../hash.cl"
#undef COUNT
#define COUNT 0
#include "../hash.cl"
#undef LOAD
#define LOAD 2
#include "../hash.cl"
#undef COUNT
#define COUNT 1
#include "../hash.cl"
#undef COUNT
#undef LOAD
#undef UNROLL // which depends on WIDTH
