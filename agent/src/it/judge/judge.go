// Package judge says whether an evidence bundle holds, and shares no code with the product.
//
// It was written from the design page on evidence (its sections on records, checkpoints, keys and the
// export bundle), from the C2SP pages signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness,
// tlog-proof and tlog-tiles, and from RFC 6962, 8493 and 8785. Signatures of notes and tree proofs are
// checked by golang.org/x/mod (sumdb/note and sumdb/tlog), which knows nothing of us either.
//
// Where a published format tells readers to skip what they do not know, this judge refuses: inside
// evidence an unknown line may be a damaged one.
package judge

import "fmt"

// Outside holds what the person who judges knows from elsewhere. Everything in it is optional: what is
// missing is named in Verdict.NotProved.
type Outside struct {
	First     string   // vkey of epoch 0, from the enrolment record
	Witnesses []string // vkeys of HQ's head key ("seen")
	Mirrors   []string // vkeys of HQ's mirror key ("holds the bytes")
}

// Refusal says which part of the bundle does not hold, and why.
type Refusal struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Verdict is the whole answer. A bundle holds when nothing in it was refused.
type Verdict struct {
	Holds     bool      `json:"holds"`
	Size      int64     `json:"size"`    // leaves under the newest checkpoint, 0 when there is none to trust
	Records   int       `json:"records"` // leaves in the bundle that are proved to be in the log
	Proved    []string  `json:"proved"`
	NotProved []string  `json:"not_proved"`
	Refused   []Refusal `json:"refused"`
}

// hearing collects what is found while a bundle is judged.
type hearing struct {
	files   Files
	outside Outside
	verdict Verdict
	keys    []epochKey            // oldest first
	signers []cosigner            // every cosigner key known, from outside first
	kept    map[int64]*checkpoint // data/log/checkpoints, by size
	opened  map[string]opened     // notes that were opened already, by their bytes
	leaves  map[int64]*leaf       // records whose bytes could be read, by index
}

// Judge judges the files of one bundle. It never stops at the first refusal, so that the answer tells
// all that is wrong.
func Judge(files Files, outside Outside) Verdict {
	h := &hearing{
		files:   files,
		outside: outside,
		kept:    map[int64]*checkpoint{},
		opened:  map[string]opened{},
		leaves:  map[int64]*leaf{},
		verdict: Verdict{Proved: []string{}, NotProved: []string{}, Refused: []Refusal{}},
	}
	h.layout()
	h.bag()
	h.readLeaves()
	if h.readKeys() {
		h.readCosigners()
		h.checkpoints()
		h.handOvers()
		h.consistency()
		h.records()
		h.tiles()
	}
	h.admit("what the machine reported is true: a log proves that its content is unchanged, not that it was right")
	h.verdict.Holds = len(h.verdict.Refused) == 0
	return h.verdict
}

func (h *hearing) refuse(what, why string, args ...interface{}) {
	h.verdict.Refused = append(h.verdict.Refused, Refusal{what, fmt.Sprintf(why, args...)})
}

func (h *hearing) prove(what string, args ...interface{}) {
	h.verdict.Proved = append(h.verdict.Proved, fmt.Sprintf(what, args...))
}

func (h *hearing) admit(what string, args ...interface{}) {
	h.verdict.NotProved = append(h.verdict.NotProved, fmt.Sprintf(what, args...))
}

// refusals is compared before and after a step, to know whether the step may claim that it proved something.
func (h *hearing) refusals() int { return len(h.verdict.Refused) }
