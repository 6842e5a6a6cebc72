package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

const (
	bagitTxt     = "bagit.txt"
	bagInfo      = "bag-info.txt"
	manifest     = "manifest-sha256.txt"
	tagManifest  = "tagmanifest-sha256.txt"
	sm3Manifest  = "manifest-sm3.txt"
	newestNote   = "data/log/checkpoint"
	keysFile     = "data/log/keys"
	witnessFile  = "data/log/witness.vkey"
	checkpointAt = "data/log/checkpoints/"
	consistentAt = "data/log/consistency/"
	tileAt       = "data/log/tile/"
	recordAt     = "data/records/"
)

// number is a decimal without leading zeroes, small enough for tree arithmetic.
const number = `(?:0|[1-9][0-9]{0,15})`

// known lists every path that a bundle may hold. What matches none is refused: a file that no rule
// reads would otherwise travel with the evidence and look like a part of it.
var known = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`bagit\.txt|bag-info\.txt|manifest-sha256\.txt|tagmanifest-sha256\.txt|manifest-sm3\.txt`,
	`(?:data/view/)?README\.zh-CN\.txt`,
	`data/log/(?:checkpoint|keys|witness\.vkey)`,
	`data/log/checkpoints/` + number,
	`data/log/consistency/` + number + `-` + number,
	`data/log/tile/(?:entries|[0-9]{1,2})/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?`,
	`data/records/` + number + `\.(?:json|tlog-proof)`,
	`data/records/` + number + `\.` + number + `\.(?:body|salt)`,
	`data/custody\.jsonl`,
	`data/view/[^/]+`,
	`data/anchor/[^/]+`,
	`signature/manifest\.sm2`,
}, "|") + `)$`)

// layout refuses files that the format does not know, and asks for those that every bundle has.
func (h *hearing) layout() {
	for _, name := range h.files.names("") {
		if !known.MatchString(name) {
			h.refuse(name, "the format knows no such file")
		}
	}
	for _, name := range []string{bagitTxt, bagInfo, manifest, tagManifest, newestNote, keysFile} {
		if _, there := h.files[name]; !there {
			h.refuse(name, "missing")
		}
	}
	for _, later := range []string{"data/anchor/", "signature/", sm3Manifest} {
		if names := h.files.names(later); len(names) > 0 {
			h.admit("%s: %d files there, which this judge cannot check", later, len(names))
		}
	}
}

// bag checks RFC 8493: each file is listed with its SHA-256, and each listed file is there.
func (h *hearing) bag() {
	before := h.refusals()
	if want := "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"; string(h.files[bagitTxt]) != want {
		h.refuse(bagitTxt, "is %q, RFC 8493 asks for %q", h.files[bagitTxt], want)
	}
	payload := h.files.names("data/")
	h.listed(manifest, payload)
	var tags []string
	for _, name := range h.files.names("") {
		// The seal is over the tag manifest, so it cannot be listed in it.
		if !strings.HasPrefix(name, "data/") && !strings.HasPrefix(name, "signature/") && name != tagManifest {
			tags = append(tags, name)
		}
	}
	h.listed(tagManifest, tags)
	h.oxum(payload)
	if h.refusals() == before {
		h.prove("bag: %d files, each with the SHA-256 that the manifests list; none missing, none extra", len(h.files))
	}
}

// listed checks that a manifest lists exactly these files with their hashes, spelled in the one way
// that sha256sum -c reads: 64 lower-case hex digits, two spaces, path.
func (h *hearing) listed(list string, want []string) {
	sums, err := parseManifest(h.files[list])
	if err != nil {
		h.refuse(list, "%v", err)
		return
	}
	for _, name := range want {
		sum, there := sums[name]
		delete(sums, name)
		if !there {
			h.refuse(name, "not listed in %s", list)
			continue
		}
		is := sha256.Sum256(h.files[name])
		if got := hex.EncodeToString(is[:]); got != sum {
			h.refuse(name, "SHA-256 is %s, %s lists %s", got, list, sum)
		}
	}
	for name := range sums {
		h.refuse(name, "listed in %s, but not there or not of its kind", list)
	}
}

var manifestLine = regexp.MustCompile(`^([0-9a-f]{64})  ([^\r\n]+)$`)

func parseManifest(raw []byte) (map[string]string, error) {
	lines, err := textLines(raw)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for i, line := range lines {
		parts := manifestLine.FindStringSubmatch(line)
		if parts == nil {
			return nil, fmt.Errorf("line %d is %q, expected 64 lower-case hex digits, two spaces, path", i+1, line)
		}
		// RFC 8493 section 2.1.3: only CR, LF and % are written as %XX; none of them is in our paths.
		if strings.Contains(parts[2], "%") {
			return nil, fmt.Errorf("line %d: %q holds a %%", i+1, parts[2])
		}
		if _, twice := sums[parts[2]]; twice {
			return nil, fmt.Errorf("line %d: %q is listed twice", i+1, parts[2])
		}
		sums[parts[2]] = parts[1]
	}
	return sums, nil
}

var oxumLine = regexp.MustCompile(`(?m)^Payload-Oxum: (.*)$`)

// oxum checks the payload's byte and file counts where bag-info.txt gives them.
func (h *hearing) oxum(payload []string) {
	total := 0
	for _, name := range payload {
		total += len(h.files[name])
	}
	is := fmt.Sprintf("%d.%d", total, len(payload))
	for _, said := range oxumLine.FindAllStringSubmatch(string(h.files[bagInfo]), -1) {
		if said[1] != is {
			h.refuse(bagInfo, "Payload-Oxum is %q, the payload is %s", said[1], is)
		}
	}
}
