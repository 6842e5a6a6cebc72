package judge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tileWidth is the width of a full tile in C2SP tlog-tiles.
const tileWidth = 256

// tiles rebuilds the whole tree from the entry bundles, where the bundle carries them, and compares
// root, hash tiles and records with it.
func (h *hearing) tiles() {
	names := h.files.names(tileAt)
	if len(names) == 0 || h.verdict.Size == 0 {
		return
	}
	before := h.refusals()
	hashes, err := h.leafHashes()
	if err != nil {
		h.refuse(tileAt, "%v", err)
		return
	}
	expected := map[string]bool{}
	for level := 0; len(hashes) > 0; level++ {
		for start := 0; start < len(hashes); start += tileWidth {
			end := min(start+tileWidth, len(hashes))
			name := tileAt + fmt.Sprintf("%d/", level) + tilePath(start/tileWidth, end-start)
			expected[name] = true
			if level == 0 {
				expected[tileAt+"entries/"+tilePath(start/tileWidth, end-start)] = true
			}
			var want []byte
			for _, hash := range hashes[start:end] {
				want = append(want, hash[:]...)
			}
			if !bytes.Equal(h.files[name], want) {
				h.refuse(name, "missing, or not the hashes that the entries make")
			}
		}
		hashes = parents(hashes)
	}
	for _, name := range names {
		if !expected[name] {
			h.refuse(name, "no tile of a tree of %d leaves", h.verdict.Size)
		}
	}
	if h.refusals() == before {
		h.prove("tiles: the whole tree of %d leaves, rebuilt from its entries", h.verdict.Size)
	}
}

// leafHashes reads all entries, and checks the newest root and the records against them.
func (h *hearing) leafHashes() ([]tlog.Hash, error) {
	size := int(h.verdict.Size)
	var hashes []tlog.Hash
	for start := 0; start < size; start += tileWidth {
		width := min(tileWidth, size-start)
		name := tileAt + "entries/" + tilePath(start/tileWidth, width)
		rest, there := h.files[name]
		if !there {
			return nil, fmt.Errorf("%s is missing", name)
		}
		for i := start; i < start+width; i++ {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				return nil, fmt.Errorf("%s ends within entry %d", name, i)
			}
			end := 2 + int(binary.BigEndian.Uint16(rest))
			if l, there := h.leaves[int64(i)]; there && !bytes.Equal(l.raw, rest[2:end]) {
				return nil, fmt.Errorf("entry %d in %s differs from %s", i, name, l.name)
			}
			hashes = append(hashes, tlog.RecordHash(rest[2:end]))
			rest = rest[end:]
		}
		if len(rest) > 0 {
			return nil, fmt.Errorf("%s holds %d bytes after its last entry", name, len(rest))
		}
	}
	if root := treeRoot(hashes); root != h.kept[h.verdict.Size].root {
		return nil, fmt.Errorf("the entries make root %s, the newest checkpoint says %s", root, h.kept[h.verdict.Size].root)
	}
	return hashes, nil
}

// treeRoot is MTH of RFC 6962 section 2.1 over leaf hashes.
func treeRoot(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	split := 1
	for split*2 < len(hashes) {
		split *= 2
	}
	return tlog.NodeHash(treeRoot(hashes[:split]), treeRoot(hashes[split:]))
}

// parents are the roots of the full tiles of a level: the hashes of the level above.
func parents(hashes []tlog.Hash) []tlog.Hash {
	var above []tlog.Hash
	for start := 0; start+tileWidth <= len(hashes); start += tileWidth {
		above = append(above, treeRoot(hashes[start:start+tileWidth]))
	}
	return above
}

// tilePath spells a tile's number as x001/x234/067, and the width of a partial one.
func tilePath(n, width int) string {
	parts := []string{fmt.Sprintf("%03d", n%1000)}
	for n /= 1000; n > 0; n /= 1000 {
		parts = append([]string{fmt.Sprintf("x%03d", n%1000)}, parts...)
	}
	path := strings.Join(parts, "/")
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
