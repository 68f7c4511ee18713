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
