package keymill

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// MarshalText returns [Op.String], so that JSON has an op as one word, also as the key of an
// object.
func (op Op) MarshalText() ([]byte, error) {
	if _, ok := op.index(); !ok {
		return nil, fmt.Errorf("op %s: its hash, class or reduction is none of the constants", op)
	}
	return []byte(op.String()), nil
}

// UnmarshalText sets the op that MarshalText wrote.
func (op *Op) UnmarshalText(text []byte) error {
	words := strings.Split(string(text), "/")
	if len(words) == 3 {
		for i := range hash.NumFuncs {
			if f := hash.Func(i); f.String() == words[0] {
				return op.set(f, words[1], words[2], text)
			}
		}
	}
	return unknownOp(text)
}

func (op *Op) set(f hash.Func, class, reduce string, text []byte) error {
	for c := range numClasses {
		for r := range place.NumReduces {
			if c.String() == class && place.Reduce(r).String() == reduce {
				*op = Op{f, c, place.Reduce(r)}
				return nil
			}
		}
	}
	return unknownOp(text)
}

func unknownOp(text []byte) error {
	return fmt.Errorf("op %.100q is none: it is a hash, a width class and a reduction, such as xxh3/16/fastrange", text)
}

// jsonCost and jsonPiece are the JSON of a [Cost].
type jsonCost struct {
	Fixed   float64     `json:"fixed"` // nanoseconds
	PerKey  float64     `json:"per_key"`
	PerByte float64     `json:"per_byte"`
	Beyond  []jsonPiece `json:"beyond,omitempty"`
}

type jsonPiece struct {
	From    int     `json:"from"`
	Fixed   float64 `json:"fixed"`
	PerKey  float64 `json:"per_key"`
	PerByte float64 `json:"per_byte"`
}

// MarshalJSON writes the cost with names in lower case. Each number keeps all its bits.
func (c Cost) MarshalJSON() ([]byte, error) {
	j := jsonCost{Fixed: c.Fixed, PerKey: c.PerKey, PerByte: c.PerByte}
	for _, p := range c.Beyond {
		j.Beyond = append(j.Beyond, jsonPiece(p))
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cost) UnmarshalJSON(text []byte) error {
	var j jsonCost
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*c = Cost{Fixed: j.Fixed, PerKey: j.PerKey, PerByte: j.PerByte}
	for _, p := range j.Beyond {
		c.Beyond = append(c.Beyond, Piece(p))
	}
	return nil
}
