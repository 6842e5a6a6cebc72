package judge

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// maxLeaf is the size limit of a leaf in bytes; saltSize that of a salt.
const (
	maxLeaf  = 4096
	saltSize = 16
)

// leaf is a record's header: its stored bytes, and what they say.
type leaf struct {
	name   string
	raw    []byte
	fields map[string]interface{}
	parts  []part
}

// part is the commitment to one body part.
type part struct {
	hash   []byte
	length int64
	kind   string
}

// readLeaves reads every record and lints its header. The bytes are hashed as they are; the lint only
// makes sure that they can be read in one way.
func (h *hearing) readLeaves() {
	for _, name := range h.files.names(recordAt) {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		index, err := parseNumber(strings.TrimSuffix(strings.TrimPrefix(name, recordAt), ".json"))
		if err != nil {
			continue // layout refused the name
		}
		l := &leaf{name: name, raw: h.files[name]}
		h.leaves[index] = l
		if err := l.read(index); err != nil {
			h.refuse(name, "%v", err)
		}
	}
	if len(h.leaves) == 0 {
		h.refuse(recordAt, "no record in the bundle")
	}
}

var (
	bootId  = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	typeTag = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
)

func (l *leaf) read(index int64) error {
	if len(l.raw) > maxLeaf {
		return fmt.Errorf("%d bytes, a leaf has at most %d", len(l.raw), maxLeaf)
	}
	value, err := parseCanonical(l.raw, leafDialect)
	if err != nil {
		return err
	}
	fields, isObject := value.(map[string]interface{})
	if !isObject {
		return fmt.Errorf("not a JSON object")
	}
	l.fields = fields
	if fields["v"] != int64(1) {
		return fmt.Errorf("v is %v, this judge reads version 1", fields["v"])
	}
	if fields["seq"] != index {
		return fmt.Errorf("seq is %v, the record is number %d", fields["seq"], index)
	}
	for _, key := range []string{"wall", "mono"} {
		if _, is := fields[key].(int64); !is {
			return fmt.Errorf("%s is %v, expected an integer", key, fields[key])
		}
	}
	if tag, is := fields["type"].(string); !is || !typeTag.MatchString(tag) {
		return fmt.Errorf("type is %v", fields["type"])
	}
	if boot, is := fields["boot"].(string); !is || !bootId.MatchString(boot) {
		return fmt.Errorf("boot is %v, expected a UUID", fields["boot"])
	}
	return l.readParts()
}

func (l *leaf) readParts() error {
	list, isList := l.fields["body"].([]interface{})
	if !isList {
		return fmt.Errorf("body is %v, expected a list of commitments", l.fields["body"])
	}
	for i, each := range list {
		said, isObject := each.(map[string]interface{})
		if !isObject || len(said) != 4 {
			return fmt.Errorf("body part %d is %v, expected h, n, ct and cls", i, each)
		}
		encoded, isText := said["h"].(string)
		length, isNumber := said["n"].(int64)
		kind, isType := said["ct"].(string)
		class, isClass := said["cls"].(string)
		if !isText || !isNumber || !isType || !isClass || length < 0 || kind == "" || class == "" {
			return fmt.Errorf("body part %d is %v, expected h, n, ct and cls", i, each)
		}
		hash, err := canonicalBase64(encoded)
		if err != nil || len(hash) != sha256.Size {
			return fmt.Errorf("body part %d: h is %q, expected the base64 of a SHA-256", i, encoded)
		}
		l.parts = append(l.parts, part{hash, length, kind})
	}
	return nil
}

// records checks that each leaf is in the log where it says, and each body is the one committed to.
func (h *hearing) records() {
	before := h.refusals()
	indexes := make([]int64, 0, len(h.leaves))
	for index := range h.leaves {
		indexes = append(indexes, index)
	}
	sort.Slice(indexes, func(i, j int) bool { return indexes[i] < indexes[j] })
	read := map[string]bool{}
	bodies, absent := 0, []string{}
	for _, index := range indexes {
		l := h.leaves[index]
		base := strings.TrimSuffix(l.name, ".json")
		read[l.name], read[base+".tlog-proof"] = true, true
		if err := h.included(index, l, h.files[base+".tlog-proof"]); err != nil {
			h.refuse(base+".tlog-proof", "%v", err)
		} else {
			h.verdict.Records++
		}
		for i, committed := range l.parts {
			stem := fmt.Sprintf("%s.%d", base, i)
			read[stem+".body"], read[stem+".salt"] = true, true
			data, hasBody := h.files[stem+".body"]
			salt, hasSalt := h.files[stem+".salt"]
			if !hasBody && !hasSalt {
				absent = append(absent, strings.TrimPrefix(stem, recordAt))
				continue
			}
			if err := committed.binds(salt, data, hasBody && hasSalt); err != nil {
				h.refuse(stem+".body", "%v", err)
				continue
			}
			bodies++
		}
	}
	for _, name := range h.files.names(recordAt) {
		if !read[name] {
			h.refuse(name, "belongs to no record of the bundle, or to no body part of it")
		}
	}
	if len(absent) > 0 {
		h.admit("what %d body parts said: not in the bundle, erased or left out (%s)", len(absent), strings.Join(absent, " "))
	}
	if h.refusals() == before {
		h.prove("records: %d of %d leaves, each in the log at its number", len(indexes), h.verdict.Size)
		h.prove("bodies: %d, each the one that its leaf commits to", bodies)
	}
}

func (p part) binds(salt, data []byte, both bool) error {
	if !both {
		return fmt.Errorf("body and salt go together, one of them is missing")
	}
	if len(salt) != saltSize {
		return fmt.Errorf("salt of %d bytes, expected %d", len(salt), saltSize)
	}
	if int64(len(data)) != p.length {
		return fmt.Errorf("%d bytes, the leaf says %d", len(data), p.length)
	}
	if is := sha256.Sum256(append(append([]byte{}, salt...), data...)); string(is[:]) != string(p.hash) {
		return fmt.Errorf("SHA-256 of salt and body is %s, the leaf commits to %s",
			base64.StdEncoding.EncodeToString(is[:]), base64.StdEncoding.EncodeToString(p.hash))
	}
	if p.kind == "application/json" {
		if _, err := parseCanonical(data, bodyDialect); err != nil {
			return err
		}
	}
	return nil
}

// included checks a C2SP tlog-proof of one leaf. An "extra" line is refused: nothing authenticates it.
func (h *hearing) included(index int64, l *leaf, raw []byte) error {
	if raw == nil {
		return fmt.Errorf("missing")
	}
	head, rest, found := strings.Cut(string(raw), "\n\n")
	if !found {
		return fmt.Errorf("no blank line before the checkpoint")
	}
	lines, err := textLines([]byte(head + "\n"))
	if err != nil {
		return err
	}
	if want := "c2sp.org/tlog-proof@v1"; lines[0] != want {
		return fmt.Errorf("first line is %q, expected %q", lines[0], want)
	}
	if want := fmt.Sprintf("index %d", index); len(lines) < 2 || lines[1] != want {
		return fmt.Errorf("second line is not %q", want)
	}
	proof, err := parseHashes(lines[2:], maxProofLines)
	if err != nil {
		return err
	}
	point, err := parseCheckpoint([]byte(rest))
	if err != nil {
		return fmt.Errorf("the checkpoint in it: %w", err)
	}
	if err := h.isKept([]byte(rest), point.size); err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, point.size, point.root, index, tlog.RecordHash(l.raw)); err != nil {
		return fmt.Errorf("the leaf's bytes are not shown to be number %d of %d: %w", index, point.size, err)
	}
	return nil
}
