package plan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/plan"
)

// planOf is a plan of slots of a Redis cluster.
func planOf(t *testing.T, before, after string, moves ...plan.PartitionMove) *plan.Reshard {
	layout := func(text string) plan.Layout {
		list, err := nodes.Read(strings.NewReader(text), "f")
		require.NoError(t, err)
		l := plan.Layout{Scheme: "redis", Hash: "crc16", Partitions: 16384}
		for _, line := range strings.Split(text, "\n") {
			name, partitions, _ := strings.Cut(line, " partitions=")
			l.Nodes = append(l.Nodes, plan.LayoutNode{Node: name, Weight: max(list[len(l.Nodes)].Weight, 1), Partitions: partitions})
		}
		return l
	}
	r := &plan.Reshard{Before: layout(before), After: layout(after), Partitions: moves}
	r.By = plan.ByBytes
	return r
}

func moveOf(p uint32, from, to string, keys, bytes uint64) plan.PartitionMove {
	return plan.PartitionMove{Partition: p, From: from, To: to, Load: plan.Load{Keys: keys, Bytes: bytes}}
}

func TestLayoutNodes(t *testing.T) {
	list, err := nodes.Read(strings.NewReader("a rack=r\nb weight=3\nc"), "f")
	require.NoError(t, err)
	require.Equal(t, []plan.LayoutNode{{"a", 1, "r", "0-1,4"}, {"b", 3, "", "2-3,5-6"}, {"c", 1, "", ""}},
		plan.LayoutNodes(list, []uint32{0, 0, 1, 1, 0, 1, 1}))
	var out bytes.Buffer
	l := plan.Layout{Partitions: 7, Nodes: plan.LayoutNodes(list, []uint32{0, 0, 1, 1, 0, 1, 1})}
	require.NoError(t, plan.EmitNodes(&out, &l))
	again, err := nodes.Read(&out, "again")
	require.NoError(t, err)
	owners, err := nodes.Assign(again, 7)
	require.NoError(t, err)
	for p, owner := range []int{0, 0, 1, 1, 0, 1, 1} {
		require.Equal(t, owner, owners.Owner(uint32(p)))
	}
}

func TestMovesOfAPlan(t *testing.T) {
	r := planOf(t, "a", "b", moveOf(1, "a", "b", 9, 5), moveOf(2, "a", "b", 1, 7), moveOf(3, "a", "b", 2, 7))
	all, err := r.Moves(0, false)
	require.NoError(t, err)
	require.Equal(t, r.Partitions, all)
	two, err := r.Moves(2, true)
	require.NoError(t, err)
	require.Equal(t, []plan.PartitionMove{r.Partitions[1], r.Partitions[2]}, two)
	for _, wrong := range [][]plan.PartitionMove{
		{moveOf(1, "x", "b", 0, 0)}, {moveOf(1, "a", "x", 0, 0)}, {moveOf(16384, "a", "b", 0, 0)}, {moveOf(1, "a", "a", 0, 0)},
		{moveOf(1, "a", "b", 0, 0), moveOf(1, "a", "b", 0, 0)},
	} {
		_, err := planOf(t, "a", "b\na", wrong...).Moves(0, false)
		require.ErrorContains(t, err, "make the plan anew")
	}
	r.Partitions = nil
	_, err = r.Moves(0, false)
	require.ErrorContains(t, err, "only partitions that go from node to node")
}

// script returns the last lines of the script for redis-cli: what it does.
func script(t *testing.T, r *plan.Reshard) string {
	var out bytes.Buffer
	require.NoError(t, plan.EmitRedis(&out, r, r.Partitions))
	_, does, found := strings.Cut(out.String(), "\nmasters='")
	require.True(t, found)
	return "masters='" + does
}

func TestEmitRedis(t *testing.T) {
	// The first slots of one; not the first of the other; none of the third, which gets some.
	before := "h1:7001 partitions=0-9,20-9999\nh2:7002 partitions=10-19,10000-16382\n[::1]:7003 partitions=16383"
	require.Equal(t, `masters='h1:7001 h2:7002 ::1:7003 h4:7004'
h1='h1' p1=7001
id1=$(id_of "$h1" $p1)
h2='h2' p2=7002
id2=$(id_of "$h2" $p2)
h3='::1' p3=7003
id3=$(id_of "$h3" $p3)
h4='h4' p4=7004
id4=$(id_of "$h4" $p4)
has "$h1" $p1 '0-9,20-9999'
has "$h2" $p2 '10-19,10000-16382'
has "$h3" $p3 '16383'
has "$h4" $p4 ''

# From h1:7001 to h4:7004, 11 slots: 0-9,20
first "$h1:$p1" $id1 $id4 11

# From h1:7001 to [::1]:7003, 2 slots: 21-22
first "$h1:$p1" $id1 $id3 2

# From h2:7002 to h4:7004, 2 slots: 11,16382
these "$h2" $p2 $id2 "$h4" $p4 $id4 \
  11 16382

# From h2:7002 to [::1]:7003, 1 slots: 12
these "$h2" $p2 $id2 "$h3" $p3 $id3 \
  12

agreed
echo 'done: all slots are where the plan has them'
`, script(t, planOf(t, before, "h1:7001\n[::1]:7003\nh4:7004", func() (moves []plan.PartitionMove) {
		for _, slot := range []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9} {
			moves = append(moves, moveOf(slot, "h1:7001", "h4:7004", 0, 0))
		}
		return append(moves, moveOf(11, "h2:7002", "h4:7004", 0, 0), moveOf(12, "h2:7002", "[::1]:7003", 0, 0), moveOf(20, "h1:7001", "h4:7004", 0, 0),
			moveOf(21, "h1:7001", "[::1]:7003", 0, 0), moveOf(22, "h1:7001", "[::1]:7003", 0, 0), moveOf(16382, "h2:7002", "h4:7004", 0, 0))
	}()...)))

	// A master that gets slots while it gives its first ones may have others first by then.
	both := planOf(t, "h1:1 partitions=0-7999\nh2:2 partitions=8000-16383", "h1:1\nh2:2", moveOf(0, "h1:1", "h2:2", 0, 0), moveOf(8000, "h2:2", "h1:1", 0, 0))
	require.Equal(t, 2, strings.Count(script(t, both), "\nthese "))
	// Slots that go to two by turns are not worth a command each.
	turns := planOf(t, "h1:1 partitions=0-16383", "h1:1\nh2:2\nh3:3")
	for slot := range uint32(10) {
		turns.Partitions = append(turns.Partitions, moveOf(slot, "h1:1", []string{"h2:2", "h3:3"}[slot%2], 0, 0))
	}
	require.Equal(t, 2, strings.Count(script(t, turns), "\nthese "))

	for says, r := range map[string]*plan.Reshard{
		`node "a": redis-cli takes HOST:PORT`:             planOf(t, "a", "h2:2"),
		`node "$(rm):1": redis-cli takes HOST:PORT`:       planOf(t, "h1:1", "$(rm):1"),
		`node "a'b:1": redis-cli takes HOST:PORT`:         planOf(t, "h1:1", "a'b:1"),
		`node "-h:1": redis-cli takes HOST:PORT`:          planOf(t, "-h:1", "h1:1"),
		`node "h:65536": redis-cli takes HOST:PORT`:       planOf(t, "h:65536", "h1:1"),
		"moves slot 8000 from h1:1, and says that h2:2 ":  planOf(t, "h1:1 partitions=0-7999\nh2:2 partitions=8000-16383", "h2:2", moveOf(8000, "h1:1", "h2:2", 0, 0)),
		"partition 7 of 16384 belongs to no node":         planOf(t, "h1:1 partitions=0-6", "h2:2"),
		"the plan is of kafka with 16384 partitions: red": func() *plan.Reshard { r := planOf(t, "h1:1", "h2:2"); r.Before.Scheme = "kafka"; return r }(),
	} {
		require.ErrorContains(t, plan.EmitRedis(&bytes.Buffer{}, r, r.Partitions), says)
	}
}

const generated = `Current partition replica assignment
{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]},{"topic":"t","partition":1,"replicas":[2,3]},
{"topic":"t","partition":2,"replicas":[3,1]}]}

Proposed partition reassignment configuration
{"version":1,"partitions":[]}`

func TestEmitKafka(t *testing.T) {
	current, err := plan.ParseKafka([]byte(generated))
	require.NoError(t, err)
	after, err := plan.KafkaMoves([]plan.PartitionMove{moveOf(0, "1", "4", 0, 0), moveOf(2, "3", "1", 0, 0)}, "", current)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, plan.EmitKafka(&out, after))
	require.Equal(t, `{"version":1,"partitions":[
{"topic":"t","partition":0,"replicas":[4,2]},
{"topic":"t","partition":2,"replicas":[1,3]}
]}
`, out.String(), "the follower 1 takes the place of the leader 3")
	again, err := plan.ParseKafka(out.Bytes())
	require.NoError(t, err)
	require.Equal(t, after, again)
	require.Equal(t, []int32{1, 2}, current.Partitions[0].Replicas, "which is left as it is")
	require.Equal(t, 2, current.Left(after, []string{"3"}))
	require.Equal(t, 1, current.Left(after, []string{"1"}))
	require.Zero(t, current.Left(after, nil))

	single, err := plan.KafkaMoves([]plan.PartitionMove{moveOf(7, "1", "4", 0, 0)}, "a.b_C-9", nil)
	require.NoError(t, err)
	require.Equal(t, []plan.KafkaPartition{{"a.b_C-9", 7, []int32{4}}}, single.Partitions)
	var empty bytes.Buffer
	require.NoError(t, plan.EmitKafka(&empty, &plan.KafkaAssignment{}))
	require.True(t, json.Valid(empty.Bytes()))

	for says, c := range map[string]struct {
		move    plan.PartitionMove
		topic   string
		current string
	}{
		"partition 0 of t has the replicas [1 2], and the plan takes it from 2": {moveOf(0, "2", "4", 0, 0), "t", generated},
		"partition 9 of t has the replicas []":                                  {moveOf(9, "2", "4", 0, 0), "t", generated},
		"the assignment has no partition of the topic u":                        {moveOf(0, "1", "4", 0, 0), "u", generated},
		"node b1: a broker goes by its id":                                      {moveOf(0, "b1", "4", 0, 0), "t", generated},
		"node -4: a broker goes by its id":                                      {moveOf(0, "1", "-4", 0, 0), "t", generated},
		`"a b" is no name of a topic`:                                           {moveOf(0, "1", "4", 0, 0), "a b", ""},
		"of the topics t and u":                                                 {moveOf(0, "1", "4", 0, 0), "", `{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1]},{"topic":"u","partition":0,"replicas":[1]}]}`},
	} {
		var current *plan.KafkaAssignment
		if c.current != "" {
			current, err = plan.ParseKafka([]byte(c.current))
			require.NoError(t, err)
		}
		_, err = plan.KafkaMoves([]plan.PartitionMove{c.move}, c.topic, current)
		require.ErrorContains(t, err, says)
	}
	for says, text := range map[string]string{"it has no JSON": "[]", "version 2 with 0": `{"version":2}`, "version 1 with 0": `{"version":1}`, "unexpected EOF": "{", "cannot unmarshal": `{"version":"1"}`} {
		_, err := plan.ParseKafka([]byte(text))
		require.ErrorContains(t, err, says)
	}
}

func TestEmitCSV(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, plan.EmitCSV(&out, []plan.PartitionMove{moveOf(3, "a,1", `b"`, 5, 60), moveOf(4, "a", "b", 0, 0)}))
	require.Equal(t, "partition,from,to,keys,bytes\n3,\"a,1\",\"b\"\"\",5,60\n4,a,b,0,0\n", out.String())
	out.Reset()
	require.NoError(t, plan.EmitCSV(&out, []plan.PartitionMove{{Partition: 1, From: "a", To: "b", Load: plan.Load{Keys: 1, Bytes: 2, Weight: 3}}}))
	require.Equal(t, "partition,from,to,keys,bytes,weight\n1,a,b,1,2,3\n", out.String())
}
