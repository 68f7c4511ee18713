package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/internal/nearest"
	"github.com/keymill/keymill/plan"
)

// emitFlags are the flags of `keymill plan emit`.
type emitFlags struct {
	to             string
	maxMoves       int
	largestFirst   bool
	topic, current string
	singleReplica  bool
}

// emitFormats are what --to takes.
var emitFormats = []string{"redis-cli", "kafka", "csv", "nodes"}

func (a *app) emitCommand() *cobra.Command {
	var f emitFlags
	cmd := &cobra.Command{
		Use:   "emit --to FORMAT [PLAN]",
		Short: "Write a plan as input for redis-cli or kafka-reassign-partitions, or as a table",
		Long: `Reads what 'keymill plan reshard --json' printed of partitions that go from node to node,
with --rebalance or between lists of nodes, from the file PLAN or the standard input, and
writes it as

  redis-cli  a shell script that moves exactly these slots by redis-cli. Masters are
             called HOST:PORT in the lists of nodes. It moves nothing if a master has
             other slots than the plan says
  kafka      JSON for kafka-reassign-partitions --execute. Nodes are called by the ids of
             brokers. A partition's load is that of its leader: the new broker takes the
             first place among the replicas of --current, and followers stay
  csv        a table: partition, from, to, keys, bytes, and weight if there are weights
  nodes      the nodes after, as a file of --nodes: not with --max-moves`,
		Example: `  keymill plan reshard --scheme redis --nodes three.txt --to-nodes four.txt --rebalance --json keys.txt > plan.json
  keymill plan emit --to redis-cli plan.json > moves.sh
  kafka-reassign-partitions --generate ... > current.txt
  keymill plan emit --to kafka --current current.txt --largest-first --max-moves 10 plan.json > batch.json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.emit(&f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "redis-cli, kafka, csv or nodes")
	flags.IntVar(&f.maxMoves, "max-moves", 0, "write at most so many moves (default: all)")
	flags.BoolVar(&f.largestFirst, "largest-first", false, "the partitions that have most come first, not those of the lowest numbers")
	flags.StringVar(&f.topic, "topic", "", "kafka: the topic (default: the only one of --current)")
	flags.StringVar(&f.current, "current", "", "kafka: file of the assignment as it is, which kafka-reassign-partitions --generate prints first")
	flags.BoolVar(&f.singleReplica, "single-replica", false, "kafka: partitions have one replica, so that --current is not needed")
	complete(cmd, "to", emitFormats...)
	return cmd
}

func (f *emitFlags) check() error {
	switch {
	case !slices.Contains(emitFormats, f.to):
		return usageError{nearest.Unknown("format of --to", f.to, emitFormats)}
	case f.maxMoves < 0:
		return usageError{fmt.Errorf("--max-moves %d: it takes 1 or more, or 0 for all", f.maxMoves)}
	case f.to == "nodes" && (f.maxMoves > 0 || f.largestFirst):
		return usageError{errors.New("--to nodes writes the nodes when all has moved: it has neither --max-moves nor --largest-first")}
	case f.to == "redis-cli" && f.largestFirst && f.maxMoves == 0:
		return usageError{errors.New("--largest-first goes with --max-moves here: redis-cli takes slots in ascending order")}
	case f.to != "kafka" && (f.topic != "" || f.current != "" || f.singleReplica):
		return usageError{errors.New("--topic, --current and --single-replica go with --to kafka")}
	case f.to == "kafka" && (f.current == "") != f.singleReplica:
		return usageError{errors.New("--to kafka takes the replicas as they are, --current FILE, or --single-replica if each partition has one: others would be lost")}
	case f.to == "kafka" && f.current == "" && f.topic == "":
		return usageError{errors.New("--to kafka takes --topic where there is no --current")}
	}
	return nil
}

func (a *app) emit(f *emitFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	report, err := a.readPlan(args)
	if err != nil {
		return err
	}
	moves, err := report.Moves(f.maxMoves, f.largestFirst)
	if err != nil {
		return err
	}
	switch f.to {
	case "redis-cli":
		return plan.EmitRedis(a.out, report, moves)
	case "kafka":
		return a.emitKafka(f, report, moves)
	case "nodes":
		return plan.EmitNodes(a.out, &report.After)
	}
	return plan.EmitCSV(a.out, moves)
}

// readPlan reads what `keymill plan reshard --json` has printed.
func (a *app) readPlan(args []string) (*plan.Reshard, error) {
	if len(args) > 1 {
		return nil, usageError{fmt.Errorf("%d plans: it takes one", len(args))}
	}
	name, from := "stdin", a.in
	if len(args) == 1 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		name, from = args[0], file
	} else if a.inIsTerminal && len(args) == 0 {
		return nil, usageError{errors.New("no plan: name a file that 'keymill plan reshard --json' printed, or - for the standard input")}
	}
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	var report plan.Reshard
	if err := d.Decode(&report); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return nil, fmt.Errorf("%s is not what 'keymill plan reshard --json' prints: %w", name, err)
	}
	return &report, nil
}

func (a *app) emitKafka(f *emitFlags, report *plan.Reshard, moves []plan.PartitionMove) error {
	var current *plan.KafkaAssignment
	if f.current != "" {
		text, err := os.ReadFile(f.current)
		if err != nil {
			return fmt.Errorf("--current: %w", err)
		}
		if current, err = plan.ParseKafka(text); err != nil {
			return fmt.Errorf("--current: %s: %w", f.current, err)
		}
	}
	after, err := plan.KafkaMoves(moves, f.topic, current)
	if err != nil {
		return err
	}
	if current != nil {
		if n := current.Left(after, report.Gone()); n > 0 {
			fmt.Fprintf(a.err, "keymill: %s still have a replica on a broker that is not among the nodes after: followers are not planned, so move those too\n",
				plural(int64(n), "partition"))
		}
	}
	return plan.EmitKafka(a.out, after)
}
