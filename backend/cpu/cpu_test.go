package cpu

import (
	"testing"

	"github.com/keymill/keymill/internal/backendtest"
)

func TestConformance(t *testing.T) { backendtest.Run(t, New()) }

func FuzzConformance(f *testing.F) { backendtest.Fuzz(f, New()) }
