package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/internal/wholefile"
)

// checkPage says whether a page can be written to this file, before there is anything to write: "" is no file.
func checkPage(name string) error {
	if name == "" {
		return nil
	}
	dir := filepath.Dir(name)
	switch info, err := os.Stat(dir); {
	case err != nil:
		return usageError{fmt.Errorf("--html: the folder of the file: %w", err)}
	case !info.IsDir():
		return usageError{fmt.Errorf("--html: %s is no folder", dir)}
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return usageError{fmt.Errorf("--html: %s is a folder: name a file", name)}
	}
	return nil
}

// writePage writes the page to a file: all of it or nothing.
func (a *app) writePage(name string, p *page.Page) error {
	p.Made = page.Made{Line: commandLine(a.args), Version: version(), Date: a.date()}
	out, err := p.Render()
	if err == nil {
		err = wholefile.Publish(name, out)
	}
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

// date is what a page is dated.
func (a *app) date() time.Time {
	if a.clock != nil {
		return a.clock()
	}
	return time.Now()
}

// commandLine returns the command line, as it can be given to a shell.
func commandLine(args []string) string {
	line := []string{"keymill"}
	for _, arg := range args {
		line = append(line, shellWord(arg))
	}
	return strings.Join(line, " ")
}

// shellWord quotes what a shell would not take as it is.
func shellWord(arg string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%^", r)
	}
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !plain(r) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
