// Command judge says whether an evidence bundle holds.
//
//	judge [-first VKEY] [-witness VKEY]... [-mirror VKEY]... BUNDLE
//
// BUNDLE is a folder or a zip. Prints one JSON document; exit status 0 holds, 1 does not hold, 2 wrong usage.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"waybillguard/judge"
)

type vkeys []string

func (v *vkeys) String() string         { return strings.Join(*v, " ") }
func (v *vkeys) Set(value string) error { *v = append(*v, value); return nil }

func main() {
	var outside judge.Outside
	flag.StringVar(&outside.First, "first", "", "vkey of epoch 0, from the enrolment record")
	flag.Var((*vkeys)(&outside.Witnesses), "witness", "vkey of HQ's head key; may be repeated")
	flag.Var((*vkeys)(&outside.Mirrors), "mirror", "vkey of HQ's mirror key; may be repeated")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: judge [-first VKEY] [-witness VKEY]... [-mirror VKEY]... BUNDLE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if _, err := os.Stat(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(2)
	}
	verdict := judge.Verdict{Proved: []string{}, NotProved: []string{}}
	files, err := judge.ReadBundle(flag.Arg(0))
	if err != nil {
		verdict.Refused = []judge.Refusal{{What: flag.Arg(0), Why: err.Error()}}
	} else {
		verdict = judge.Judge(files, outside)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(verdict); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(2)
	}
	if !verdict.Holds {
		os.Exit(1)
	}
}
