// All specialisations of hash.cl for one HASH and RUNS: it is included for every WIDTH, LOAD and COUNT,
// each time under other names.
#include "opencl.h"

#define JOIN2(a, b, c, d, e, f) a##_##b##_##c##_##d##_##e##_##f
#define JOIN(a, b, c, d, e, f) JOIN2(a, b, c, d, e, f)
#define NAME(name) JOIN(name, HASH, RUNS, WIDTH, LOAD, COUNT)

// Everything that hash.cl and its files define, but macros. The compiler says what is missing here.
#define place NAME(place)
#define unaligned4 NAME(unaligned4)
#define unaligned8 NAME(unaligned8)
#define aligned NAME(aligned)
#define rotate4 NAME(rotate4)
#define rotate8 NAME(rotate8)
#define swap8 NAME(swap8)
#define funnel NAME(funnel)
#define word4 NAME(word4)
#define word8 NAME(word8)
#define word16 NAME(word16)
#define rest4 NAME(rest4)
#define rest8 NAME(rest8)
#define xxh3 NAME(xxh3)
#define xxh3_secret NAME(xxh3_secret)
#define xxh3_avalanche NAME(xxh3_avalanche)
#define xxh3_mul_fold NAME(xxh3_mul_fold)
#define xxh3_mix NAME(xxh3_mix)
#define xxh3_to16 NAME(xxh3_to16)
#define xxh3_to128 NAME(xxh3_to128)
#define xxh3_to240 NAME(xxh3_to240)
#define xxh3_seeded NAME(xxh3_seeded)
#define xxh3_accumulate NAME(xxh3_accumulate)
#define xxh3_long NAME(xxh3_long)
#define xxh64 NAME(xxh64)
#define xxh64_avalanche NAME(xxh64_avalanche)
#define xxh64_round NAME(xxh64_round)
#define xxh64_merge NAME(xxh64_merge)
#define fx64 NAME(fx64)
#define fx64_mix NAME(fx64_mix)
#define murmur2 NAME(murmur2)
#define murmur3x32 NAME(murmur3x32)
#define murmur3x32_scramble NAME(murmur3x32_scramble)
#define murmur3x32_mix NAME(murmur3x32_mix)
#define murmur3x128 NAME(murmur3x128)
#define murmur3x128_scramble1 NAME(murmur3x128_scramble1)
#define murmur3x128_scramble2 NAME(murmur3x128_scramble2)
#define murmur3_avalanche NAME(murmur3_avalanche)
#define murmur3_tail NAME(murmur3_tail)
#define crc16 NAME(crc16)
#define crc32 NAME(crc32)
#define crc32_table NAME(crc32_table)
#define fnv1a NAME(fnv1a)
#define siphash NAME(siphash)
#define cassandra_token NAME(cassandra_token)
#define lookup3 NAME(lookup3)
#define md5_sines NAME(md5_sines)
#define md5_block NAME(md5_block)
#define md5 NAME(md5)
#define des_boxes NAME(des_boxes)
#define des_round NAME(des_round)
#define des_block NAME(des_block)
#define des_mac NAME(des_mac)
#define city_rotate NAME(city_rotate)
#define city_shift_mix NAME(city_shift_mix)
#define city_mix NAME(city_mix)
#define city_to16 NAME(city_to16)
#define city_to32 NAME(city_to32)
#define city_half NAME(city_half)
#define city_to64 NAME(city_to64)
#define city_weak NAME(city_weak)
#define city_long NAME(city_long)
#define city NAME(city)
#define java31 NAME(java31)
#define one_at_a_time NAME(one_at_a_time)
#define xxh32_round NAME(xxh32_round)
#define xxh32 NAME(xxh32)
#define rjenkins NAME(rjenkins)
#define rendezvous_score NAME(rendezvous_score)
#define rendezvous NAME(rendezvous)
#define rendezvous_surprise NAME(rendezvous_surprise)
#define rendezvous_weighted NAME(rendezvous_weighted)
#define reduce_jump NAME(reduce_jump)
#define reduce_mod NAME(reduce_mod)
#define reduce_size NAME(reduce_size)
#define reduce_ring NAME(reduce_ring)
#define reduce_stable NAME(reduce_stable)
#define fold_block NAME(fold_block)
#define reduce_block NAME(reduce_block)
#define tag_index NAME(tag_index)
#define tag_cut NAME(tag_cut)

#define WIDTH 0
#include "loads.h"
#undef WIDTH
#define WIDTH 4
#include "loads.h"
#undef WIDTH
#define WIDTH 8
#include "loads.h"
#undef WIDTH
#define WIDTH 16
#include "loads.h"
#undef WIDTH
#define WIDTH 24
#include "loads.h"
#undef WIDTH
#define WIDTH 32
#include "loads.h"

#undef place
#define PLACE(width, load, count) JOIN(place, HASH, RUNS, width, load, count)
#define COUNTS(width, load) {PLACE(width, load, 0), PLACE(width, load, 1)}
#define LOADS(width) {COUNTS(width, 0), COUNTS(width, 1), COUNTS(width, 2)}
#define FAMILY2(hash, runs) family##hash##_##runs
#define FAMILY(hash, runs) FAMILY2(hash, runs)
extern family FAMILY(HASH, RUNS);
family FAMILY(HASH, RUNS) = {LOADS(0), LOADS(4), LOADS(8), LOADS(16), LOADS(24), LOADS(32)};
