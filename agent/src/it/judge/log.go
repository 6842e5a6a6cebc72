package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// epochKey signs the checkpoints of sizes above firstSize, up to and with the next key's firstSize.
type epochKey struct {
	vkey
	number    int
	firstSize int64
}

// maxProofLines is the limit of C2SP tlog-witness; a tree below 2^53 leaves needs fewer.
const maxProofLines = 63

// readKeys reads data/log/keys and checks what the list says by itself; false when there is no usable list.
func (h *hearing) readKeys() bool {
	lines, err := textLines(h.files[keysFile])
	if err != nil {
		h.refuse(keysFile, "%v", err)
		return false
	}
	used := map[string]int{}
	for i, line := range lines {
		key, err := parseKeyLine(i, line)
		if err != nil {
			h.refuse(keysFile, "%v", err)
			return false
		}
		if i == 0 && key.firstSize != 0 {
			h.refuse(keysFile, "epoch 0 begins at size %d, not 0", key.firstSize)
			return false
		}
		if i > 0 && key.firstSize <= h.keys[i-1].firstSize {
			h.refuse(keysFile, "epoch %d begins at size %d, epoch %d at %d", i, key.firstSize, i-1, h.keys[i-1].firstSize)
			return false
		}
		if i > 0 && key.name != h.keys[0].name {
			h.refuse(keysFile, "epoch %d is a key of %q, epoch 0 of %q", i, key.name, h.keys[0].name)
			return false
		}
		if earlier, twice := used[string(key.key)]; twice {
			h.refuse(keysFile, "epochs %d and %d share one key", earlier, i)
			return false
		}
		used[string(key.key)] = i
		h.keys = append(h.keys, key)
	}
	h.identity()
	return true
}

func parseKeyLine(epoch int, line string) (epochKey, error) {
	parts := strings.SplitN(line, " ", 2)
	if len(parts) != 2 {
		return epochKey{}, fmt.Errorf("line %d is %q, expected \"<first size> <vkey>\"", epoch+1, line)
	}
	size, err := parseNumber(parts[0])
	if err != nil {
		return epochKey{}, fmt.Errorf("line %d: %w", epoch+1, err)
	}
	key, err := parseVkey(parts[1], typeEd25519)
	if err != nil {
		return epochKey{}, fmt.Errorf("line %d: %w", epoch+1, err)
	}
	return epochKey{key, epoch, size}, nil
}

// identity checks that the origin names the key it was born with, and that this is the enrolled one.
func (h *hearing) identity() {
	zero := h.keys[0]
	hash := sha256.Sum256(zero.key)
	if id := hex.EncodeToString(hash[:8]); !strings.HasSuffix(zero.name, "/agent/"+id) {
		h.refuse(keysFile, "origin %q does not end in /agent/%s, the log id of its epoch-0 key", zero.name, id)
	}
	switch h.outside.First {
	case "":
		h.admit("whose log this is: no epoch-0 key was given from the enrolment record (-first)")
	case zero.text:
		h.prove("identity: epoch 0 of %s is the enrolled key", zero.name)
	default:
		h.refuse(keysFile, "epoch 0 is %s, the enrolment record says %s", zero.text, h.outside.First)
	}
}

// epochOf returns the one epoch whose key may sign a checkpoint of this size.
func (h *hearing) epochOf(size int64) epochKey {
	epoch := h.keys[0]
	for _, key := range h.keys[1:] {
		if size > key.firstSize {
			epoch = key
		}
	}
	return epoch
}

// readCosigners takes the keys from outside, and for comparison those that the bundle names.
func (h *hearing) readCosigners() {
	names := map[string]string{}
	add := func(text, role, where string) {
		key, err := parseVkey(text, typeCosignature)
		if err != nil {
			h.refuse(where, "%v", err)
			return
		}
		if other, there := names[key.name]; there {
			if other != text {
				h.refuse(where, "%s says the key of %s is %s, known is %s", where, key.name, text, other)
			}
			return
		}
		names[key.name] = text
		h.signers = append(h.signers, cosigner{key, role})
	}
	for _, text := range h.outside.Witnesses {
		add(text, "witness", "-witness")
	}
	for _, text := range h.outside.Mirrors {
		add(text, "mirror", "-mirror")
	}
	if raw, there := h.files[witnessFile]; there {
		lines, err := textLines(raw)
		if err != nil {
			h.refuse(witnessFile, "%v", err)
			return
		}
		for _, line := range lines {
			add(line, "inside", witnessFile)
		}
	}
}

// checkpoints opens every kept note and the newest one.
func (h *hearing) checkpoints() {
	before := h.refusals()
	for _, name := range h.files.names(checkpointAt) {
		size, err := parseNumber(strings.TrimPrefix(name, checkpointAt))
		if err != nil {
			continue // layout refused the name
		}
		point, err := h.open(h.files[name])
		if err != nil {
			h.refuse(name, "%v", err)
			continue
		}
		if point.size != size {
			h.refuse(name, "is a checkpoint of size %d", point.size)
			continue
		}
		h.kept[size] = point
	}
	newest, err := h.open(h.files[newestNote])
	if err != nil {
		h.refuse(newestNote, "%v", err)
		return
	}
	sizes := h.sizes()
	if len(sizes) == 0 || sizes[len(sizes)-1] != newest.size || h.kept[newest.size].text != newest.text {
		h.refuse(newestNote, "size %d is not the last of the kept checkpoints %v", newest.size, sizes)
		return
	}
	if last := h.keys[len(h.keys)-1]; last.firstSize > newest.size {
		h.refuse(keysFile, "epoch %d begins at size %d, the newest checkpoint has %d", last.number, last.firstSize, newest.size)
	}
	h.verdict.Size = newest.size
	h.seen(newest)
	if h.refusals() == before {
		h.prove("checkpoints: %d, up to size %d, each signed by the key of its epoch", len(sizes), newest.size)
	}
}

func (h *hearing) sizes() []int64 {
	sizes := make([]int64, 0, len(h.kept))
	for size := range h.kept {
		sizes = append(sizes, size)
	}
	sort.Slice(sizes, func(i, j int) bool { return sizes[i] < sizes[j] })
	return sizes
}

// seen says who cosigned the newest head. A cosigner whose key was given from outside must have:
// otherwise a thief of the live key could strip the line that gives him away.
func (h *hearing) seen(newest *checkpoint) {
	for _, c := range h.signers {
		seconds, signed := newest.cosigned[c.text]
		when := time.Unix(seconds, 0).UTC().Format(time.RFC3339)
		switch {
		case signed && c.role == "inside":
			h.admit("that %s is who it says: it cosigned size %d at %s, but its key is known from this bundle only", c.name, newest.size, when)
		case signed:
			h.prove("%s: %s cosigned size %d at %s", c.role, c.name, newest.size, when)
		case c.role != "inside":
			h.refuse(newestNote, "size %d carries no cosignature of the %s %s", newest.size, c.role, c.name)
		}
	}
	if len(h.outside.Witnesses) == 0 {
		h.admit("that HQ saw this log: no witness key was given (-witness); the newest epoch could have been rewritten by whoever held its key")
	}
	if len(h.outside.Mirrors) == 0 {
		h.admit("that HQ holds the bytes: no mirror key was given (-mirror)")
	}
}

// handOvers checks that each key but the first was named by the log itself, and that the key before it
// signed the very size at which it ended. The second is what stops the thief of a later key.
func (h *hearing) handOvers() {
	before := h.refusals()
	begins := map[int64]epochKey{}
	for _, key := range h.keys[1:] {
		begins[key.firstSize] = key
		at := key.firstSize - 1
		l, there := h.leaves[at]
		if !there {
			h.refuse(keysFile, "epoch %d: the log.key record %d that names it is not in the bundle", key.number, at)
			continue
		}
		epoch, isNumber := l.fields["epoch"].(int64)
		if l.fields["type"] != "log.key" || !isNumber || epoch != int64(key.number) || l.fields["next"] != key.text {
			h.refuse(keysFile, "epoch %d is %s, but record %d is type %v, epoch %v, next %v",
				key.number, key.text, at, l.fields["type"], l.fields["epoch"], l.fields["next"])
		}
		if h.kept[key.firstSize] == nil {
			h.refuse(keysFile, "epoch %d ended at size %d, and the checkpoint of that size is missing", key.number-1, key.firstSize)
		}
	}
	for at, l := range h.leaves {
		if _, listed := begins[at+1]; l.fields["type"] == "log.key" && !listed {
			h.refuse(l.name, "hands the log over to %v, which %s does not list", l.fields["next"], keysFile)
		}
	}
	if h.refusals() == before {
		h.prove("keys: %d epochs of %s, each but the first named by the log and closed by the key before it", len(h.keys), h.keys[0].name)
	}
}

// consistency checks one add-checkpoint body from each kept size to the next, the first from 0.
func (h *hearing) consistency() {
	before := h.refusals()
	expected := map[string]bool{}
	old := int64(0)
	for _, size := range h.sizes() {
		name := consistentAt + strconv.FormatInt(old, 10) + "-" + strconv.FormatInt(size, 10)
		expected[name] = true
		if raw, there := h.files[name]; !there {
			h.refuse(name, "missing")
		} else if err := h.grewFrom(raw, old, size); err != nil {
			h.refuse(name, "%v", err)
		}
		old = size
	}
	for _, name := range h.files.names(consistentAt) {
		if !expected[name] {
			h.refuse(name, "joins no two neighbours of the kept checkpoints %v", h.sizes())
		}
	}
	if h.refusals() == before && old > 0 {
		h.prove("consistency: each checkpoint extends the one before, from 0 to %d", old)
	}
}

func (h *hearing) grewFrom(raw []byte, old, size int64) error {
	head, rest, found := strings.Cut(string(raw), "\n\n")
	if !found {
		return fmt.Errorf("no blank line before the checkpoint")
	}
	lines, err := textLines([]byte(head + "\n"))
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("old %d", old); lines[0] != want {
		return fmt.Errorf("first line is %q, expected %q", lines[0], want)
	}
	proof, err := parseHashes(lines[1:], maxProofLines)
	if err != nil {
		return err
	}
	if err := h.isKept([]byte(rest), size); err != nil {
		return err
	}
	if old == 0 {
		if len(proof) != 0 {
			return fmt.Errorf("%d proof lines from size 0, which needs none", len(proof))
		}
		return nil
	}
	if err := tlog.CheckTree(proof, size, h.kept[size].root, old, h.kept[old].root); err != nil {
		return fmt.Errorf("size %d is not shown to extend size %d: %w", size, old, err)
	}
	return nil
}

// isKept checks that a note inside another file is good, and says the same as the kept one of its size.
func (h *hearing) isKept(raw []byte, size int64) error {
	point, err := h.open(raw)
	if err != nil {
		return fmt.Errorf("the checkpoint in it: %w", err)
	}
	if point.size != size {
		return fmt.Errorf("the checkpoint in it has size %d, expected %d", point.size, size)
	}
	if kept := h.kept[size]; kept == nil || kept.text != point.text {
		return fmt.Errorf("the checkpoint of size %d in it is none of those kept", size)
	}
	return nil
}
