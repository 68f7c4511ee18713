"""Where keys live, computed here or read from what 'keymill place' has written."""
from binascii import crc_hqx


def murmur2(key, m=0x5BD1E995, mask=0xFFFFFFFF):  # as org.apache.kafka.common.utils.Utils.murmur2
    h = 0x9747B28C ^ len(key)
    for i in range(0, len(key) & ~3, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if len(key) & 3:
        h = (h ^ int.from_bytes(key[len(key) & ~3:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def slot(key):  # of the hash tag: from the first { to the first } behind it, if something is between
    start = key.find(b"{") + 1
    end = key.find(b"}", start) if start else -1
    return crc_hqx(key[start:end] if end > start else key, 0) % 16384


def placed(text, keys):
    """The number of partitions, and that of each key: text is redis, N:kafka or N:FILE."""
    if text == "redis":
        return 16384, [slot(key) for key in keys]
    n, name = text.split(":", 1)
    if name == "kafka":
        return int(n), [(murmur2(key) & 0x7FFFFFFF) % int(n) for key in keys]
    parts = [line.split(b"\t", 1)[0] for line in open(name, "rb")]
    return int(n), [None if part == b"-" else int(part) for part in parts]


def read(name):
    """The keys and values of a TSV file."""
    return [(line.rstrip(b"\n").split(b"\t") + [b""])[:2] for line in open(name, "rb")]
