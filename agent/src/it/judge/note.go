package judge

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Signature types of C2SP signed-note.
const (
	typeEd25519     = 0x01
	typeCosignature = 0x04
)

// maxSize keeps tree arithmetic, and the JSON integers that speak of it, exact.
const maxSize = 1 << 53

// vkey is a verifier key "<name>+<key id>+<base64 of type and key>" taken apart.
type vkey struct {
	text string
	name string
	id   uint32
	kind byte
	key  ed25519.PublicKey
}

// parseVkey reads a key of the given type and insists on its one spelling, so that two different
// texts are always two different keys.
func parseVkey(text string, kind byte) (vkey, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 || parts[0] == "" || strings.ContainsAny(parts[0], " \t\r\n") || !utf8.ValidString(text) {
		return vkey{}, fmt.Errorf("%q is no vkey <name>+<key id>+<base64>", text)
	}
	material, err := canonicalBase64(parts[2])
	if err != nil {
		return vkey{}, fmt.Errorf("vkey %q: %w", text, err)
	}
	if len(material) != 1+ed25519.PublicKeySize || material[0] != kind {
		return vkey{}, fmt.Errorf("vkey %q: expected type 0x%02x and 32 bytes of key, found % x…", text, kind, first(material, 1))
	}
	hash := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	id := binary.BigEndian.Uint32(hash[:4])
	if want := fmt.Sprintf("%08x", id); parts[1] != want {
		return vkey{}, fmt.Errorf("vkey %q: key id is %q, the key makes it %s", text, parts[1], want)
	}
	return vkey{text, parts[0], id, kind, ed25519.PublicKey(material[1:])}, nil
}

// cosigner verifies C2SP cosignature/v1 through x/mod's Verifier interface and remembers the time.
type cosigner struct {
	vkey
	role string // witness or mirror, or "inside" when only the bundle names it
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }

func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	when := binary.BigEndian.Uint64(sig[:8])
	if when > 1<<63-1 {
		return false
	}
	message := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", when)), text...)
	return ed25519.Verify(c.key, message, sig[8:])
}

// checkpoint is a note whose every line was verified.
type checkpoint struct {
	text     string
	size     int64
	root     tlog.Hash
	cosigned map[string]int64 // seconds since 1970 by the cosigner's vkey
}

type opened struct {
	point *checkpoint
	err   error
}

// open verifies a checkpoint: three text lines, exactly one signature by the epoch key that the size
// asks for, and beside it only cosignatures of known cosigners.
func (h *hearing) open(raw []byte) (*checkpoint, error) {
	if seen, there := h.opened[string(raw)]; there {
		return seen.point, seen.err
	}
	point, err := h.openNew(raw)
	h.opened[string(raw)] = opened{point, err}
	return point, err
}

func (h *hearing) openNew(raw []byte) (*checkpoint, error) {
	point, err := parseCheckpoint(raw)
	if err != nil {
		return nil, err
	}
	if origin := h.keys[0].name; !strings.HasPrefix(point.text, origin+"\n") {
		return nil, fmt.Errorf("its origin is %q, the keys are those of %q", strings.SplitN(point.text, "\n", 2)[0], origin)
	}
	epoch := h.epochOf(point.size)
	signer, err := note.NewVerifier(epoch.text)
	if err != nil {
		return nil, fmt.Errorf("key of epoch %d: %w", epoch.number, err)
	}
	verifiers := []note.Verifier{signer}
	for _, c := range h.signers {
		verifiers = append(verifiers, c)
	}
	read, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return nil, fmt.Errorf("size %d, which only epoch %d (first size %d) may sign: %w", point.size, epoch.number, epoch.firstSize, err)
	}
	if len(read.UnverifiedSigs) > 0 {
		u := read.UnverifiedSigs[0]
		return nil, fmt.Errorf("line signed by %s+%08x, which is no known key; size %d belongs to epoch %d", u.Name, u.Hash, point.size, epoch.number)
	}
	// note.Open drops repeated lines; in evidence a repeated line is one too many.
	if lines := bytes.Count(raw[len(point.text)+1:], []byte("\n")); lines != len(read.Sigs) {
		return nil, fmt.Errorf("%d signature lines by %d keys", lines, len(read.Sigs))
	}
	signed := false
	for _, sig := range read.Sigs {
		bytes, err := canonicalBase64(sig.Base64)
		if err != nil {
			return nil, fmt.Errorf("signature line of %s: %w", sig.Name, err)
		}
		if sig.Name == epoch.name && sig.Hash == epoch.id {
			signed = true
			continue
		}
		for _, c := range h.signers {
			if c.name == sig.Name && c.id == sig.Hash {
				point.cosigned[c.text] = int64(binary.BigEndian.Uint64(bytes[4:12]))
			}
		}
	}
	if !signed {
		return nil, fmt.Errorf("size %d is not signed by the key of epoch %d", point.size, epoch.number)
	}
	return point, nil
}

// parseCheckpoint reads the text of a checkpoint without trusting it yet.
func parseCheckpoint(raw []byte) (*checkpoint, error) {
	split := bytes.LastIndex(raw, []byte("\n\n"))
	if split < 0 {
		return nil, fmt.Errorf("no blank line before the signatures")
	}
	text := string(raw[:split+1])
	lines, err := textLines([]byte(text))
	if err != nil {
		return nil, err
	}
	if len(lines) != 3 {
		return nil, fmt.Errorf("%d text lines, expected origin, size and root", len(lines))
	}
	size, err := parseNumber(lines[1])
	if err != nil || size == 0 {
		return nil, fmt.Errorf("size line is %q", lines[1])
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return nil, fmt.Errorf("root line: %w", err)
	}
	return &checkpoint{text, size, root, map[string]int64{}}, nil
}

// canonicalBase64 refuses the spellings beside the one that RFC 4648 section 3.5 calls canonical:
// with stray low bits, a changed character would decode to the same signature.
func canonicalBase64(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, err
	}
	if base64.StdEncoding.EncodeToString(raw) != text {
		return nil, fmt.Errorf("%q is not canonical base64", text)
	}
	return raw, nil
}

func parseHash(text string) (tlog.Hash, error) {
	raw, err := canonicalBase64(text)
	if err != nil {
		return tlog.Hash{}, err
	}
	if len(raw) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("hash of %d bytes, expected %d", len(raw), tlog.HashSize)
	}
	var hash tlog.Hash
	copy(hash[:], raw)
	return hash, nil
}

func parseHashes(lines []string, limit int) ([]tlog.Hash, error) {
	if len(lines) > limit {
		return nil, fmt.Errorf("%d proof lines, at most %d", len(lines), limit)
	}
	hashes := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		hash, err := parseHash(line)
		if err != nil {
			return nil, fmt.Errorf("proof line %d: %w", i+1, err)
		}
		hashes[i] = hash
	}
	return hashes, nil
}

func parseNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text || n < 0 || n >= maxSize {
		return 0, fmt.Errorf("%q is no decimal from 0 to %d without leading zeroes", text, int64(maxSize)-1)
	}
	return n, nil
}

// textLines splits text whose every line ends in a newline.
func textLines(raw []byte) ([]string, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("not UTF-8")
	}
	text := string(raw)
	for i := 0; i < len(text); i++ {
		if text[i] < 0x20 && text[i] != '\n' || text[i] == 0x7f {
			return nil, fmt.Errorf("control character 0x%02x at byte %d", text[i], i)
		}
	}
	if !strings.HasSuffix(text, "\n") {
		return nil, fmt.Errorf("does not end with a newline")
	}
	return strings.Split(text[:len(text)-1], "\n"), nil
}

func first(raw []byte, n int) []byte {
	if len(raw) < n {
		return raw
	}
	return raw[:n]
}
