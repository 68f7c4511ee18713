package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// KafkaAssignment is the JSON that kafka-reassign-partitions reads and writes.
//
// Source: Apache Kafka, org.apache.kafka.tools.reassign.ReassignPartitionsCommand, parsePartitionReassignmentData.
type KafkaAssignment struct {
	Version    int              `json:"version"`
	Partitions []KafkaPartition `json:"partitions"`
}

// KafkaPartition is where a partition is: the ids of its brokers, of which the first is the
// leader that Kafka prefers.
type KafkaPartition struct {
	Topic     string  `json:"topic"`
	Partition uint32  `json:"partition"`
	Replicas  []int32 `json:"replicas"`
}

// ParseKafka reads an assignment: JSON, or what `kafka-reassign-partitions --generate` prints, of which it takes
// the first, which is how partitions are now.
func ParseKafka(text []byte) (*KafkaAssignment, error) {
	start := bytes.IndexByte(text, '{')
	if start < 0 {
		return nil, errors.New("it has no JSON: it takes {\"version\":1,\"partitions\":[...]}, as kafka-reassign-partitions --generate prints")
	}
	var a KafkaAssignment
	if err := json.NewDecoder(bytes.NewReader(text[start:])).Decode(&a); err != nil {
		return nil, err
	}
	if a.Version != 1 || len(a.Partitions) == 0 {
		return nil, fmt.Errorf("version %d with %d partitions: it takes version 1, and some", a.Version, len(a.Partitions))
	}
	return &a, nil
}

// topic returns the only topic of an assignment.
func (a *KafkaAssignment) topic() (string, error) {
	for _, p := range a.Partitions {
		if p.Topic != a.Partitions[0].Topic {
			return "", fmt.Errorf("the assignment is of the topics %s and %s and perhaps of more: say which the plan is of", a.Partitions[0].Topic, p.Topic)
		}
	}
	return a.Partitions[0].Topic, nil
}

// KafkaMoves returns the new assignment of the partitions that move: in the place of the
// broker from, which leads, there is the broker to. If that has a replica already, the two change places, and no data moves. Names
// of nodes are ids of brokers. With current nil, a partition has one replica.
func KafkaMoves(moves []PartitionMove, topic string, current *KafkaAssignment) (*KafkaAssignment, error) {
	now := map[uint32][]int32{}
	if current != nil {
		if topic == "" {
			var err error
			if topic, err = current.topic(); err != nil {
				return nil, err
			}
		}
		for _, p := range current.Partitions {
			if p.Topic == topic {
				now[p.Partition] = p.Replicas
			}
		}
		if len(now) == 0 {
			return nil, fmt.Errorf("the assignment has no partition of the topic %s", topic)
		}
	}
	if !isKafkaTopic(topic) {
		return nil, fmt.Errorf("%q is no name of a topic: letters, digits, dots, underscores and hyphens, 249 at most", topic)
	}
	after := &KafkaAssignment{Version: 1, Partitions: []KafkaPartition{}}
	for _, m := range moves {
		from, err := brokerID(m.From)
		if err != nil {
			return nil, err
		}
		to, err := brokerID(m.To)
		if err != nil {
			return nil, err
		}
		replicas := []int32{from}
		if current != nil {
			replicas = slices.Clone(now[m.Partition])
			if len(replicas) == 0 || replicas[0] != from {
				return nil, fmt.Errorf("partition %d of %s has the replicas %v, and the plan takes it from %d: it is not of this assignment, whose first replicas lead",
					m.Partition, topic, replicas, from)
			}
		}
		if i := slices.Index(replicas, to); i > 0 {
			replicas[i] = from
		}
		replicas[0] = to
		after.Partitions = append(after.Partitions, KafkaPartition{topic, m.Partition, replicas})
	}
	return after, nil
}

// isKafkaTopic says whether Kafka takes the name.
//
// Source: Apache Kafka, org.apache.kafka.common.internals.Topic.
func isKafkaTopic(name string) bool {
	for _, c := range []byte(name) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return name != "" && name != "." && name != ".." && len(name) <= 249
}

func brokerID(name string) (int32, error) {
	id, err := strconv.ParseInt(name, 10, 32)
	if err != nil || id < 0 {
		return 0, fmt.Errorf("node %s: a broker goes by its id, a number, in the lists of nodes", name)
	}
	return int32(id), nil
}

// Left returns how many partitions of the topic of after still have a replica on one of
// the brokers when they are as after says, and else as they are now.
func (now *KafkaAssignment) Left(after *KafkaAssignment, brokers []string) (left int) {
	if len(after.Partitions) == 0 {
		return 0
	}
	topic, changed := after.Partitions[0].Topic, map[uint32][]int32{}
	for _, p := range after.Partitions {
		changed[p.Partition] = p.Replicas
	}
	for _, p := range now.Partitions {
		if p.Topic != topic {
			continue
		}
		replicas := p.Replicas
		if new, there := changed[p.Partition]; there {
			replicas = new
		}
		if slices.ContainsFunc(replicas, func(id int32) bool { return slices.Contains(brokers, fmt.Sprint(id)) }) {
			left++
		}
	}
	return left
}

// EmitKafka writes an assignment as kafka-reassign-partitions reads it, a partition a line.
func EmitKafka(out io.Writer, a *KafkaAssignment) error {
	text := []byte(`{"version":1,"partitions":[`)
	for i, p := range a.Partitions {
		line, err := json.Marshal(p)
		if err != nil {
			return err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, '\n'), line...)
	}
	_, err := out.Write(append(text, "\n]}\n"...))
	return err
}
