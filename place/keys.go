package place

import "fmt"

// Encoding is the form in which a system hashes its keys: their bytes as they
// are, or what the system makes of a typed value. Package columns turns typed
// columns, and text, into that form; backends take keys that have it already.
type Encoding uint8

// The encodings, by the system whose rules they are.
const (
	KeysBytes        Encoding = iota // the bytes of the key; no types
	KeysIceberg                      // Iceberg's table specification, appendix B
	KeysSpark                        // Spark SQL's hash(), columns chained
	KeysHive1                        // Hive bucketing, version 1
	KeysHive2                        // Hive bucketing, version 2
	KeysPostgres                     // PostgreSQL's extended hash functions of its types
	KeysMongo                        // MongoDB's hashed index; text is framed too
	KeysVitessText                   // Vitess: integers as decimal text
	KeysVitessNumber                 // Vitess: integers as 8 bytes, big-endian
	KeysUTF16                        // UTF-16LE, from UTF-8; text is framed too
	KeysHazelcast                    // Hazelcast's serialised strings; text is framed too
	numEncodings
)

var encodingNames = [numEncodings]string{
	"bytes", "iceberg", "spark", "hive1", "hive2", "postgres", "mongodb", "vitess-text", "vitess-number", "utf16", "hazelcast",
}

// String returns the encoding's name, such as "iceberg".
func (e Encoding) String() string {
	if e >= numEncodings {
		return fmt.Sprintf("place.Encoding(%d)", uint8(e))
	}
	return encodingNames[e]
}

// Framed reports whether plain text and binary keys, too, are hashed in another
// form than their bytes, so that no backend can take them as they are.
func (e Encoding) Framed() bool {
	return e == KeysMongo || e == KeysUTF16 || e == KeysHazelcast
}
