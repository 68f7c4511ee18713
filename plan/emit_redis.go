package plan

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

// EmitRedis writes the moves as a shell script that moves exactly these slots by redis-cli.
// Nodes are called HOST:PORT.
//
// Where the slots that go from a master to others are the first that it has,
// `redis-cli --cluster reshard` takes those, since it takes a source's slots in ascending order; other slots are moved
// one by one, by the commands of which reshard is made. The script first
// sees to it that masters have the slots that the plan says they have.
//
// Source: redis src/redis-cli.c, clusterManagerCommandReshard, clusterManagerComputeReshardTable and clusterManagerMoveSlot.
func EmitRedis(out io.Writer, r *Reshard, moves []PartitionMove) error {
	if r.Before.Partitions != place.RedisSlots || r.Before.Scheme != place.Redis().Name {
		return fmt.Errorf("the plan is of %s with %d partitions: redis-cli moves the %d slots of redis", r.Before.Scheme, r.Before.Partitions, place.RedisSlots)
	}
	s := redisScript{Reshard: r, numbers: map[string]int{}}
	for _, list := range [][]LayoutNode{r.Before.Nodes, r.After.Nodes} {
		for _, n := range list {
			if err := s.addNode(n.Node); err != nil {
				return err
			}
		}
	}
	if err := s.addMoves(moves); err != nil {
		return err
	}
	_, err := out.Write(s.text(moves))
	return err
}

// redisScript is what a script is made of.
type redisScript struct {
	*Reshard
	names   []string
	numbers map[string]int // of each name the number of its variables
	steps   []redisStep
}

// redisStep is slots that go from one master to another, in ascending order.
type redisStep struct {
	from, to string
	slots    []uint32
	first    bool // they are the first that the master has then
}

// addNode takes a name that the shell cannot misread.
func (s *redisScript) addNode(name string) error {
	host, port, err := net.SplitHostPort(name)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	wrong := strings.ContainsFunc(host, func(c rune) bool {
		return (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && !strings.ContainsRune(".-_:%", c)
	})
	if err != nil || wrong || host == "" || host[0] == '-' {
		return fmt.Errorf("node %q: redis-cli takes HOST:PORT, so call masters by that in the lists of nodes", name)
	}
	if _, there := s.numbers[name]; !there {
		s.names = append(s.names, name)
		s.numbers[name] = len(s.names)
	}
	return nil
}

// addMoves makes steps of the moves.
func (s *redisScript) addMoves(moves []PartitionMove) error {
	owners, err := s.Before.owners()
	if err != nil {
		return err
	}
	moves = slices.Clone(moves)
	slices.SortFunc(moves, func(a, b PartitionMove) int { return int(a.Partition) - int(b.Partition) })
	gives, gets := map[string][]PartitionMove{}, map[string]bool{}
	for _, m := range moves {
		if has := owners.List()[owners.Owner(m.Partition)].Name; has != m.From {
			return fmt.Errorf("the plan moves slot %d from %s, and says that %s has it: make it anew", m.Partition, m.From, has)
		}
		gives[m.From] = append(gives[m.From], m)
		gets[m.To] = true
	}
	for i, n := range owners.List() {
		given := gives[n.Name]
		steps := movesInRuns(given)
		if gets[n.Name] || !firstOf(given, owners.Ranges(i)) || len(steps) > len(s.names) {
			steps = byDestination(given)
		}
		s.steps = append(s.steps, steps...)
	}
	return nil
}

// firstOf says whether the slots are the first of those in the ranges.
func firstOf(moves []PartitionMove, ranges []nodes.Range) bool {
	for _, r := range ranges {
		for slot := r.First; slot <= r.Last; slot++ {
			if len(moves) == 0 {
				return true
			}
			if moves[0].Partition != slot {
				return false
			}
			moves = moves[1:]
		}
	}
	return len(moves) == 0
}

// movesInRuns makes a step of each run of slots that go to the same master.
func movesInRuns(moves []PartitionMove) (steps []redisStep) {
	for i, m := range moves {
		if i == 0 || m.To != moves[i-1].To {
			steps = append(steps, redisStep{from: m.From, to: m.To, first: true})
		}
		last := &steps[len(steps)-1]
		last.slots = append(last.slots, m.Partition)
	}
	return steps
}

// byDestination makes a step of all slots that go to the same master.
func byDestination(moves []PartitionMove) (steps []redisStep) {
	for _, m := range moves {
		i := slices.IndexFunc(steps, func(s redisStep) bool { return s.to == m.To })
		if i < 0 {
			i, steps = len(steps), append(steps, redisStep{from: m.From, to: m.To})
		}
		steps[i].slots = append(steps[i].slots, m.Partition)
	}
	return steps
}

// text returns the script.
func (s *redisScript) text(moves []PartitionMove) []byte {
	var out bytes.Buffer
	sum := Load{}
	for _, m := range moves {
		sum = sum.Plus(m.Load)
	}
	fmt.Fprintf(&out, "#!/bin/sh\n# Moves %d slots of a Redis Cluster, which had %d keys and %d bytes when this was planned.\n#\n%s\n",
		len(moves), sum.Keys, sum.Bytes, redisPrologue)
	for i, name := range s.names {
		host, port, _ := net.SplitHostPort(name) // which was asked before
		fmt.Fprintf(&out, "h%[1]d='%[2]s' p%[1]d=%[3]s\nid%[1]d=$(id_of \"$h%[1]d\" $p%[1]d)\n", i+1, host, port)
	}
	for _, name := range s.names {
		has := ""
		for _, node := range s.Before.Nodes {
			if node.Node == name {
				has = node.Partitions
			}
		}
		fmt.Fprintf(&out, "has \"$h%[1]d\" $p%[1]d '%[2]s'\n", s.numbers[name], has)
	}
	for _, step := range s.steps {
		fmt.Fprintf(&out, "\n# From %s to %s, %d slots: %s\n", step.from, step.to, len(step.slots), rangesOf(step.slots))
		from, to := s.numbers[step.from], s.numbers[step.to]
		if step.first {
			fmt.Fprintf(&out, "first \"$h%[1]d:$p%[1]d\" $id%[1]d $id%[2]d %[3]d\n", from, to, len(step.slots))
			continue
		}
		fmt.Fprintf(&out, "these \"$h%[1]d\" $p%[1]d $id%[1]d \"$h%[2]d\" $p%[2]d $id%[2]d", from, to)
		for i, slot := range step.slots {
			if i%16 == 0 {
				out.WriteString(" \\\n ")
			}
			fmt.Fprintf(&out, " %d", slot)
		}
		out.WriteByte('\n')
	}
	out.WriteString("\nagreed \"$h1:$p1\"\necho 'done: all slots are where the plan has them'\n")
	return out.Bytes()
}

// rangesOf returns ascending numbers as "0-99,150".
func rangesOf(slots []uint32) string {
	var out []byte
	for i := 0; i < len(slots); {
		end := i
		for end+1 < len(slots) && slots[end+1] == slots[end]+1 {
			end++
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(slots[i]), 10)
		if end > i {
			out = strconv.AppendUint(append(out, '-'), uint64(slots[end]), 10)
		}
		i = end + 1
	}
	return string(out)
}

// redisPrologue has the functions of the script.
//
//go:embed emit_redis.sh
var redisPrologue string
