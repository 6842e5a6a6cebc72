// Package golden makes evidence bundles by the same pages that the judge was written from, so that the
// judge can be tried on good ones and on forgeries before, and apart from, any that the product makes.
//
// A forger with the same knowledge uses the same functions: everything here may be edited and sealed again.
package golden

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"waybillguard/judge"
)

// Key is an Ed25519 key with the name and type it signs under.
type Key struct {
	Name    string
	Kind    byte
	private ed25519.PrivateKey
}

// NewKey makes a key from a seed, the same one each time.
func NewKey(name string, kind byte, seed string) Key {
	raw := sha256.Sum256([]byte(seed))
	return Key{name, kind, ed25519.NewKeyFromSeed(raw[:])}
}

func (k Key) material() []byte {
	return append([]byte{k.Kind}, k.private.Public().(ed25519.PublicKey)...)
}

func (k Key) id() []byte {
	hash := sha256.Sum256(append([]byte(k.Name+"\n"), k.material()...))
	return hash[:4]
}

// Vkey is the key's public half as C2SP signed-note spells it.
func (k Key) Vkey() string {
	return fmt.Sprintf("%s+%x+%s", k.Name, k.id(), base64.StdEncoding.EncodeToString(k.material()))
}

// Sign returns a note signature line over a text; when is used by cosigners only.
func (k Key) Sign(text string, when int64) string {
	payload := k.id()
	if k.Kind == 0x04 {
		payload = binary.BigEndian.AppendUint64(payload, uint64(when))
		text = fmt.Sprintf("cosignature/v1\ntime %d\n%s", when, text)
	}
	payload = append(payload, ed25519.Sign(k.private, []byte(text))...)
	return "— " + k.Name + " " + base64.StdEncoding.EncodeToString(payload) + "\n"
}

// Epoch is a log key and the size after which it signs.
type Epoch struct {
	Key       Key
	FirstSize int64
}

// Body is one body part with its salt.
type Body struct{ Salt, Data []byte }

// Log is one agent's log with everything the agent and HQ would hold.
type Log struct {
	Leaves  [][]byte
	Bodies  map[int64][]Body
	Epochs  []Epoch
	Notes   map[int64]string // checkpoints by size
	Witness Key
	Mirror  Key
	seed    string
}

// NewLog begins a log; two logs with one seed are the same.
func NewLog(seed string) *Log {
	unnamed := NewKey("", 0x01, seed+"/epoch0")
	hash := sha256.Sum256(unnamed.material()[1:])
	unnamed.Name = "evidence.example/agent/" + hex.EncodeToString(hash[:8])
	return &Log{
		Bodies:  map[int64][]Body{},
		Epochs:  []Epoch{{unnamed, 0}},
		Notes:   map[int64]string{},
		Witness: NewKey("hq.example/witness1", 0x04, seed+"/witness"),
		Mirror:  NewKey("hq.example/mirror1", 0x04, seed+"/mirror"),
		seed:    seed,
	}
}

// Size is the number of leaves.
func (l *Log) Size() int64 { return int64(len(l.Leaves)) }

// Append writes a leaf with its fields and body parts.
func (l *Log) Append(kind string, more map[string]interface{}, bodies ...string) {
	index := l.Size()
	fields := map[string]interface{}{
		"v": 1, "seq": index, "type": kind, "wall": 1760000000000 + index*1000, "mono": index * 1000000,
		"boot": "0b5c1b1e-6f0a-4f6e-9d6e-2f1f6f3c7a11",
	}
	parts := []map[string]interface{}{}
	for i, data := range bodies {
		salt := sha256.Sum256([]byte(fmt.Sprintf("%s/salt/%d/%d", l.seed, index, i)))
		body := Body{salt[:16], []byte(data)}
		l.Bodies[index] = append(l.Bodies[index], body)
		parts = append(parts, Commit(body))
	}
	fields["body"] = parts
	for key, value := range more {
		fields[key] = value
	}
	l.Leaves = append(l.Leaves, JSON(fields))
}

// Commit is a body part as the leaf names it.
func Commit(body Body) map[string]interface{} {
	hash := sha256.Sum256(append(append([]byte{}, body.Salt...), body.Data...))
	return map[string]interface{}{
		"h": base64.StdEncoding.EncodeToString(hash[:]), "n": len(body.Data), "ct": "application/json", "cls": "critical",
	}
}

// JSON writes canonical JSON for the values used here: ASCII keys, strings without control characters, integers.
func JSON(value interface{}) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // a programming error in a test: the value cannot be written as JSON
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// HandOver ends the current epoch: the log names the next key, the old one signs the size at which it ends.
func (l *Log) HandOver() {
	epoch := len(l.Epochs)
	next := NewKey(l.Epochs[0].Key.Name, 0x01, fmt.Sprintf("%s/epoch%d", l.seed, epoch))
	l.Append("log.key", map[string]interface{}{"epoch": epoch, "next": next.Vkey()}, `{"status_detail":"signing key rotated"}`)
	l.Checkpoint()
	l.Epochs = append(l.Epochs, Epoch{next, l.Size()})
}

// Checkpoint signs the current size with the current epoch's key.
func (l *Log) Checkpoint() { l.SignAs(l.Size(), len(l.Epochs)-1) }

// SignAs signs a size with the key of any epoch.
func (l *Log) SignAs(size int64, epoch int) {
	text := l.Text(size)
	l.Notes[size] = text + "\n" + l.Epochs[epoch].Key.Sign(text, 0)
}

// Text is the checkpoint text of a size.
func (l *Log) Text(size int64) string {
	return fmt.Sprintf("%s\n%d\n%s\n", l.Epochs[0].Key.Name, size, l.Root(size))
}

// Cosign has HQ see and hold a checkpoint.
func (l *Log) Cosign(size, when int64) {
	l.Notes[size] += l.Witness.Sign(l.Text(size), when) + l.Mirror.Sign(l.Text(size), when+1)
}

// Root is the RFC 6962 tree hash of the first size leaves.
func (l *Log) Root(size int64) tlog.Hash {
	root, err := tlog.TreeHash(size, l.stored())
	must(err)
	return root
}

func (l *Log) stored() tlog.HashReader {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			out[i] = stored[at]
		}
		return out, nil
	})
	for i, raw := range l.Leaves {
		more, err := tlog.StoredHashes(int64(i), raw, read)
		must(err)
		stored = append(stored, more...)
	}
	return read
}

// Sizes are those of the checkpoints, smallest first.
func (l *Log) Sizes() []int64 {
	var sizes []int64
	for size := range l.Notes {
		sizes = append(sizes, size)
	}
	sort.Slice(sizes, func(i, j int) bool { return sizes[i] < sizes[j] })
	return sizes
}

// Bundle exports these records and every log.key record, sealed.
func (l *Log) Bundle(records ...int64) judge.Files {
	files := judge.Files{
		"bagit.txt":             []byte("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
		"data/custody.jsonl":    []byte(`{"by":"golden"}` + "\n"),
		"data/view/清单.csv":      []byte("序号\n"),
		"README.zh-CN.txt":      []byte("怎样自己核对\n"),
		"data/log/witness.vkey": []byte(l.Witness.Vkey() + "\n" + l.Mirror.Vkey() + "\n"),
	}
	for _, epoch := range l.Epochs {
		files["data/log/keys"] = append(files["data/log/keys"], fmt.Sprintf("%d %s\n", epoch.FirstSize, epoch.Key.Vkey())...)
		if epoch.FirstSize > 0 {
			records = append(records, epoch.FirstSize-1)
		}
	}
	stored, old := l.stored(), int64(0)
	for _, size := range l.Sizes() {
		files[fmt.Sprintf("data/log/checkpoints/%d", size)] = []byte(l.Notes[size])
		files["data/log/checkpoint"] = []byte(l.Notes[size])
		proof := fmt.Sprintf("old %d\n", old)
		if old > 0 {
			hashes, err := tlog.ProveTree(size, old, stored)
			must(err)
			proof += lines(hashes)
		}
		files[fmt.Sprintf("data/log/consistency/%d-%d", old, size)] = []byte(proof + "\n" + l.Notes[size])
		old = size
	}
	for _, index := range records {
		name := fmt.Sprintf("data/records/%d", index)
		files[name+".json"] = l.Leaves[index]
		hashes, err := tlog.ProveRecord(old, index, stored)
		must(err)
		files[name+".tlog-proof"] = []byte(fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s", index, lines(hashes), l.Notes[old]))
		for i, body := range l.Bodies[index] {
			files[fmt.Sprintf("%s.%d.body", name, i)] = body.Data
			files[fmt.Sprintf("%s.%d.salt", name, i)] = body.Salt
		}
	}
	Seal(files)
	return files
}

// AddTiles puts the whole log into a bundle as C2SP tlog-tiles; for logs of at most 256 leaves.
func (l *Log) AddTiles(files judge.Files) {
	name, entries, hashes := "000", []byte{}, []byte{}
	if len(l.Leaves) < 256 {
		name += fmt.Sprintf(".p/%d", len(l.Leaves))
	}
	for _, raw := range l.Leaves {
		entries = append(binary.BigEndian.AppendUint16(entries, uint16(len(raw))), raw...)
		hash := tlog.RecordHash(raw)
		hashes = append(hashes, hash[:]...)
	}
	files["data/log/tile/entries/"+name] = entries
	files["data/log/tile/0/"+name] = hashes
	if len(l.Leaves) == 256 {
		root := l.Root(256)
		files["data/log/tile/1/000.p/1"] = root[:]
	}
	Seal(files)
}

func lines(hashes []tlog.Hash) string {
	var out strings.Builder
	for _, hash := range hashes {
		out.WriteString(hash.String() + "\n")
	}
	return out.String()
}

var oxum = regexp.MustCompile(`(?m)^Payload-Oxum: .*$`)

// Seal puts the payload's counts into bag-info.txt and writes both manifests anew, as anybody can who
// changed a file.
func Seal(files judge.Files) {
	octets, count := 0, 0
	for name, content := range files {
		if strings.HasPrefix(name, "data/") {
			octets, count = octets+len(content), count+1
		}
	}
	if files["bag-info.txt"] == nil {
		files["bag-info.txt"] = []byte("Source-Organization: example\nPayload-Oxum: \n")
	}
	files["bag-info.txt"] = oxum.ReplaceAll(files["bag-info.txt"], []byte(fmt.Sprintf("Payload-Oxum: %d.%d", octets, count)))
	SealManifests(files)
}

// SealManifests writes both manifests anew and leaves bag-info.txt as it is.
func SealManifests(files judge.Files) {
	list := func(wanted func(name string) bool) []byte {
		var names []string
		for name := range files {
			if wanted(name) {
				names = append(names, name)
			}
		}
		sort.Strings(names)
		var out bytes.Buffer
		for _, name := range names {
			fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(files[name]), name)
		}
		return out.Bytes()
	}
	isPayload := func(name string) bool { return strings.HasPrefix(name, "data/") }
	files["manifest-sha256.txt"] = list(isPayload)
	files["tagmanifest-sha256.txt"] = list(func(name string) bool {
		return !isPayload(name) && name != "tagmanifest-sha256.txt" && !strings.HasPrefix(name, "signature/")
	})
}

func must(err error) {
	if err != nil {
		panic(err) // only reached when a test asks for what its log does not hold
	}
}
