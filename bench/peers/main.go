package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "keymill-peers: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		return bench.ServeWorker(os.Stdin, os.Stdout, append(stores, diskStores...))
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	peers := bench.Peers{Hash: hashes(), Place: placements(), Store: stores, Disk: diskStores}
	addTrueno(&peers, filepath.Join(filepath.Dir(self), "keymill-trueno"))
	return bench.Serve(ctx, os.Stdin, os.Stdout, peers, []string{self, "worker"})
}

// addTrueno adds the system that keymill starts from, if its worker was built.
func addTrueno(peers *bench.Peers, worker string) {
	if _, err := os.Stat(worker); err != nil {
		peers.Notes = append(peers.Notes, "trueno and trueno-db are left out: scripts/trueno.sh builds their worker, with cargo")
		return
	}
	command := []string{worker}
	peers.Hash = append(peers.Hash, bench.HashPeer{Name: "trueno", Func: hash.FX64, Command: command})
	peers.Store = append(peers.Store,
		bench.StoreSide{Name: "trueno-db", Batches: true, Command: command},
		bench.StoreSide{Name: "DashMap and Fx", Command: command})
}
