package main

import (
	"math/rand"
	"sort"
	"testing"

	"waybillguard/judge"
	"waybillguard/judge/golden"
)

func TestNoSingleChangeToAGoldenBundleIsAccepted(t *testing.T) {
	log := golden.NewLog("mutate")
	log.Append("log.start", map[string]interface{}{"before": "first"}, `{"class_uid":6002}`)
	log.Append("usb.attach", nil, `{"class_uid":1010}`)
	log.HandOver()
	log.Append("usb.detach", nil, `{"class_uid":1010}`, `{"part":1}`)
	log.Checkpoint()
	log.Cosign(log.Size(), 1760000100)
	files := log.Bundle(0, 1, 3)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	tries := &tries{files: files, counts: map[string]*tally{}, outside: judge.Outside{
		First:     log.Epochs[0].Key.Vkey(),
		Witnesses: []string{log.Witness.Vkey()},
		Mirrors:   []string{log.Mirror.Vkey()},
	}}
	for _, remade := range []bool{false, true} {
		tries.ask(flips(files, names, 0, rand.New(rand.NewSource(1))), remade)
		tries.ask(breaks(files, names), remade)
	}
	tries.print()
	if tries.failed > 0 {
		t.Errorf("%d changes accepted", tries.failed)
	}
	if asked := tries.counts["judge, bit changes, manifests as they were"].asked; asked < 5000 {
		t.Errorf("only %d bytes flipped", asked)
	}
}
