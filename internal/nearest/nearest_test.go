package nearest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	names := []string{"kafka", "librdkafka", "sarama", "redis", "mod", "mask", "fastrange"}
	for word, want := range map[string]string{
		"kafak":  "kafka",
		"Redis":  "redis",
		"reddis": "redis",
		"fast":   "fastrange",
		"msak":   "mask",
		"xyz":    "",
		"":       "",
		"m":      "",
	} {
		require.Equal(t, want, Of(word, names), word)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1},
		{"cup", "cpu", 1}, {"abcd", "acbd", 1}, {"kitten", "sitting", 3}, {"ab", "b", 1}, {"ba", "ab", 1}, {"ca", "abc", 3},
	} {
		require.Equal(t, c.want, distance(c.a, c.b), c)
		require.Equal(t, c.want, distance(c.b, c.a), c)
	}
}
