// Writes golden.tsv: the hashes of known keys, computed by the very classes that the systems
// run (or, where there is no such class, by a library of other authors). generate.sh fetches
// the libraries and runs it.
//
// Key (id, n) is the first n bytes of splitmix64's output words, little-endian, from the state id.
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

public class Golden {
  static long state;

  static long next() {
    long z = state += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static byte[] key(long id, int n) {
    state = id;
    ByteBuffer b = ByteBuffer.allocate(n + 8).order(ByteOrder.LITTLE_ENDIAN);
    while (b.position() < n) b.putLong(next());
    return Arrays.copyOf(b.array(), n);
  }

  static int kafka(byte[] k) {
    return org.apache.kafka.common.utils.Utils.murmur2(k);
  }

  static int murmur2(byte[] k, int seed) {
    return org.apache.commons.codec.digest.MurmurHash2.hash32(k, k.length, seed);
  }

  static int spark(byte[] k, int seed) {
    return org.apache.spark.unsafe.hash.Murmur3_x86_32.hashUnsafeBytes(
        k, org.apache.spark.unsafe.Platform.BYTE_ARRAY_OFFSET, k.length, seed);
  }

  static int hive(byte[] k, int seed) {
    return org.apache.hive.common.util.Murmur3.hash32(k, k.length, seed);
  }

  static long cassandra(byte[] k, long seed) {
    long[] out = new long[2];
    org.apache.cassandra.utils.MurmurHash.hash3_x64_128(ByteBuffer.wrap(k), 0, k.length, seed, out);
    return out[0];
  }

  static int crc16(byte[] k) {
    return redis.clients.jedis.util.JedisClusterCRC16.getCRC16(k);
  }

  static long sip(byte[] k, byte[] secret, int c, int d) {
    var mac = new org.bouncycastle.crypto.macs.SipHash(c, d);
    mac.init(new org.bouncycastle.crypto.params.KeyParameter(secret));
    mac.update(k, 0, k.length);
    return mac.doFinal();
  }

  static long token(byte[] k) {
    var partitioner = org.apache.cassandra.dht.Murmur3Partitioner.instance;
    return (Long) partitioner.getToken(ByteBuffer.wrap(k)).getTokenValue();
  }

  // From 0, where the JDK starts from 1, which each byte multiplies by 31.
  static int java31(byte[] k) {
    int one = 1;
    for (byte ignored : k) one *= 31;
    return Arrays.hashCode(k) - one;
  }

  static int java31Unsigned(byte[] k) {
    return new String(k, StandardCharsets.ISO_8859_1).hashCode(); // each byte a character
  }

  static int java31UTF16(byte[] k) {
    var units = new char[(k.length + 1) / 2]; // not decoded: surrogates need no partner
    ByteBuffer.wrap(Arrays.copyOf(k, 2 * units.length)).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().get(units);
    return new String(units).hashCode();
  }

  static int xxh32(byte[] k, int seed) {
    var hash = new org.apache.commons.codec.digest.XXHash32(seed);
    hash.update(k, 0, k.length);
    return (int) hash.getValue();
  }

  static void line(long id, int n) {
    byte[] k = key(id, n);
    long seed = ~id * 0x9E3779B97F4A7C15L; // the seeded columns: its low 32 bits, or all
    byte[] secret = key(~id, 16);
    System.out.printf("%d\t%d\t%08x\t%08x\t%08x\t%08x\t%08x\t%08x\t%016x\t%016x\t%04x\t%016x\t%016x"
        + "\t%016x\t%08x\t%08x\t%08x\t%08x\t%08x%n",
        id, n, kafka(k), murmur2(k, (int) seed), spark(k, 42), spark(k, (int) seed),
        hive(k, 104729), hive(k, (int) seed), cassandra(k, 0), cassandra(k, seed), crc16(k),
        sip(k, secret, 1, 3), sip(k, secret, 2, 4), token(k), java31(k), java31Unsigned(k), java31UTF16(k), xxh32(k, 0), xxh32(k, (int) seed));
  }

  public static void main(String[] args) {
    System.out.println("id\tlength\tkafka\tmurmur2\tspark\tspark-seeded\thive\thive-seeded"
        + "\tcassandra\tcassandra-seeded\tcrc16\tsiphash-1-3\tsiphash-2-4"
        + "\tcassandra-token\tjava31\tjava31-unsigned\tjava31-utf16\txxh32\txxh32-seeded");
    for (int n = 0; n <= 1024; n++) line(n, n);
    for (long id = 1_000_000; id < 1_000_300; id++) {
      state = id;
      line(id, (int) Long.remainderUnsigned(next(), 300));
    }
  }
}
