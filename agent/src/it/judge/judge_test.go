package judge_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waybillguard/judge"
	"waybillguard/judge/golden"
)

// desk is a log of 21 leaves in three epochs (0 to 8, 9 to 16, 17 on), its newest head seen and held by HQ.
func desk() *golden.Log {
	log := golden.NewLog("desk")
	log.Append("log.start", map[string]interface{}{"before": "first"}, `{"class_uid":6002}`)
	grow(log, 4)
	log.Checkpoint()
	grow(log, 3)
	log.HandOver() // size 9
	grow(log, 7)
	log.HandOver() // size 17
	grow(log, 3)
	log.Checkpoint()
	grow(log, 1)
	log.Checkpoint() // size 21
	log.Cosign(log.Size(), 1760000100)
	return log
}

func grow(log *golden.Log, leaves int) {
	for i := 0; i < leaves; i++ {
		log.Append("usb.attach", nil, fmt.Sprintf(`{"class_uid":1010,"n":%d}`, log.Size()), `{"part":1}`)
	}
}

func outside(log *golden.Log) judge.Outside {
	return judge.Outside{
		First:     log.Epochs[0].Key.Vkey(),
		Witnesses: []string{log.Witness.Vkey()},
		Mirrors:   []string{log.Mirror.Vkey()},
	}
}

// picked are records of each epoch, not all.
var picked = []int64{0, 2, 4, 5, 10, 18, 20}

func TestAGoodBundleHolds(t *testing.T) {
	log := desk()
	verdict := judge.Judge(log.Bundle(picked...), outside(log))
	if !verdict.Holds || verdict.Size != 21 || verdict.Records != 9 {
		t.Fatalf("holds %v, size %d, records %d, refused %v", verdict.Holds, verdict.Size, verdict.Records, verdict.Refused)
	}
	for _, claim := range []string{"bag:", "identity:", "checkpoints: 5", "keys: 3 epochs", "consistency:", "witness:", "mirror:", "records: 9 of 21", "bodies: 15,"} {
		if !strings.Contains(strings.Join(verdict.Proved, "\n"), claim) {
			t.Errorf("%q is not among what was proved: %q", claim, verdict.Proved)
		}
	}
}

func TestEverySmallLogHolds(t *testing.T) {
	for size := 1; size <= 70; size++ {
		log := golden.NewLog("small")
		var all []int64
		for i := 0; i < size; i++ {
			log.Append("usb.attach", nil, `{}`)
			all = append(all, int64(i))
			if i%5 == 2 || i == size-1 {
				log.Checkpoint()
			}
		}
		files := log.Bundle(all...)
		log.AddTiles(files)
		if verdict := judge.Judge(files, judge.Outside{}); !verdict.Holds || verdict.Records != size {
			t.Fatalf("size %d: %d records, refused %v", size, verdict.Records, verdict.Refused)
		}
	}
}

func TestAFullTileHolds(t *testing.T) {
	log := golden.NewLog("full tile")
	for log.Size() < 256 {
		log.Append("usb.attach", nil, `{}`)
	}
	log.Checkpoint()
	files := log.Bundle(0, 255)
	log.AddTiles(files)
	if verdict := judge.Judge(files, judge.Outside{}); !verdict.Holds {
		t.Fatal(verdict.Refused)
	}
}

func TestAnErasedBodyLeavesTheBundleWholeAndIsNamed(t *testing.T) {
	log := desk()
	files := log.Bundle(picked...)
	delete(files, "data/records/2.1.body")
	delete(files, "data/records/2.1.salt")
	golden.Seal(files)
	verdict := judge.Judge(files, outside(log))
	if !verdict.Holds || !strings.Contains(strings.Join(verdict.NotProved, "\n"), "(2.1)") {
		t.Fatalf("refused %v, not proved %v", verdict.Refused, verdict.NotProved)
	}
}

func TestWithoutOutsideKeysItSaysWhatThatCosts(t *testing.T) {
	verdict := judge.Judge(desk().Bundle(picked...), judge.Outside{})
	said := strings.Join(verdict.NotProved, "\n")
	if !verdict.Holds || !strings.Contains(said, "-first") || !strings.Contains(said, "-witness") || !strings.Contains(said, "-mirror") {
		t.Fatalf("refused %v, not proved %v", verdict.Refused, verdict.NotProved)
	}
}

// The limit that the design admits: whoever holds the live key can rewrite the live epoch, unless HQ saw it.
func TestTheLiveEpochRewrittenByItsKeyIsAcceptedOnlyWhenNobodyWitnessedIt(t *testing.T) {
	log := desk()
	keys := outside(log)
	log.Leaves[19] = bytes.Replace(log.Leaves[19], []byte("usb.attach"), []byte("usb.detach"), 1)
	log.SignAs(20, 2)
	log.SignAs(21, 2)
	files := log.Bundle(19)
	if verdict := judge.Judge(files, judge.Outside{First: keys.First}); !verdict.Holds {
		t.Fatalf("this forgery cannot be seen from inside; the judge refused %v", verdict.Refused)
	}
	refused(t, files, keys, "carries no cosignature of the witness")
}

// forgeries are edits of a good bundle, each sealed again by the forger.
var forgeries = []struct {
	name  string
	forge func(log *golden.Log, files judge.Files)
	why   string
}{
	{"a leaf edited", func(_ *golden.Log, f judge.Files) {
		replace(f, "data/records/2.json", "usb.attach", "usb.detach")
	}, "not shown to be number 2"},
	{"a body edited", func(_ *golden.Log, f judge.Files) {
		replace(f, "data/records/2.0.body", "1010", "1011")
	}, "the leaf commits to"},
	{"a body of another length", func(_ *golden.Log, f judge.Files) {
		f["data/records/2.0.body"] = append(f["data/records/2.0.body"], ' ')
	}, "the leaf says"},
	{"a salt edited", func(_ *golden.Log, f judge.Files) { f["data/records/2.0.salt"][3] ^= 1 }, "the leaf commits to"},
	{"a byte moved from salt to body", func(_ *golden.Log, f judge.Files) {
		salt, body := f["data/records/2.0.salt"], f["data/records/2.0.body"]
		f["data/records/2.0.body"] = append([]byte{salt[15]}, body...)
		f["data/records/2.0.salt"] = salt[:15]
	}, "salt of 15 bytes"},
	{"a body without its salt", func(_ *golden.Log, f judge.Files) { delete(f, "data/records/2.0.salt") }, "go together"},
	{"a body that no leaf commits to", func(_ *golden.Log, f judge.Files) {
		f["data/records/2.2.body"], f["data/records/2.2.salt"] = []byte("{}"), make([]byte, 16)
	}, "belongs to no record"},
	{"two bodies swapped", func(_ *golden.Log, f judge.Files) {
		swap(f, "data/records/2.0.body", "data/records/4.0.body")
		swap(f, "data/records/2.0.salt", "data/records/4.0.salt")
	}, "the leaf commits to"},
	{"two records swapped", func(_ *golden.Log, f judge.Files) {
		swap(f, "data/records/2.json", "data/records/4.json")
		swap(f, "data/records/2.tlog-proof", "data/records/4.tlog-proof")
	}, "seq is 4, the record is number 2"},
	{"a record without its proof", func(_ *golden.Log, f judge.Files) { delete(f, "data/records/2.tlog-proof") }, "missing"},
	{"a proof without its record", func(_ *golden.Log, f judge.Files) { delete(f, "data/records/2.json") }, "belongs to no record"},
	{"a proof with the index of another", func(_ *golden.Log, f judge.Files) {
		replace(f, "data/records/2.tlog-proof", "index 2", "index 3")
	}, `second line is not "index 2"`},
	{"a proof with an unauthenticated extra line", func(_ *golden.Log, f judge.Files) {
		replace(f, "data/records/2.tlog-proof", "index 2", "extra AAAA\nindex 2")
	}, `second line is not "index 2"`},
	{"a proof with one hash more", func(log *golden.Log, f judge.Files) {
		replace(f, "data/records/2.tlog-proof", "index 2\n", "index 2\n"+log.Root(1).String()+"\n")
	}, "not shown to be number 2"},
	{"a proof against a checkpoint that is not kept", func(log *golden.Log, f judge.Files) {
		log.SignAs(19, 2)
		one := log.Bundle(2)
		f["data/records/2.tlog-proof"] = bytes.Replace(one["data/records/2.tlog-proof"], []byte(log.Notes[21]), []byte(log.Notes[19]), 1)
	}, "none of those kept"},
	{"stray low bits in a proof hash", func(_ *golden.Log, f judge.Files) {
		strayBits(f, "data/records/2.tlog-proof", "index 2\n")
	}, "illegal base64"},
	{"stray low bits in a signature", func(_ *golden.Log, f judge.Files) {
		strayBits(f, "data/log/checkpoint", "— hq.example/witness1 ")
	}, "illegal base64"},
	{"stray low bits in a root", func(log *golden.Log, f judge.Files) {
		strayBits(f, "data/log/checkpoints/5", "\n5\n")
	}, "illegal base64"},
	{"an unknown signature line", func(log *golden.Log, f judge.Files) {
		f["data/log/checkpoint"] = append(f["data/log/checkpoint"], golden.NewKey("other.example/w", 0x04, "w").Sign(log.Text(21), 1)...)
	}, "which is no known key"},
	{"a signature line twice", func(_ *golden.Log, f judge.Files) {
		note := string(f["data/log/checkpoint"])
		f["data/log/checkpoint"] = []byte(note + note[strings.LastIndex(note, "— "):])
	}, "signature lines by"},
	{"a cosignature of another size", func(log *golden.Log, f judge.Files) {
		f["data/log/checkpoint"] = []byte(noteOf(log, 21) + log.Witness.Sign(log.Text(20), 1760000100) + log.Mirror.Sign(log.Text(21), 1))
	}, "invalid signature for key hq.example/witness1"},
	{"a cosignature at another time", func(log *golden.Log, f judge.Files) {
		note := string(f["data/log/checkpoint"])
		at := strings.Index(note, "witness1 ") + len("witness1 ")
		line := note[at : at+strings.IndexByte(note[at:], '\n')]
		raw, _ := base64.StdEncoding.DecodeString(line)
		raw[11]++
		f["data/log/checkpoint"] = []byte(strings.Replace(note, line, base64.StdEncoding.EncodeToString(raw), 1))
	}, "invalid signature for key hq.example/witness1"},
	{"a head key's line in the mirror's name", func(log *golden.Log, f judge.Files) {
		as := log.Witness
		as.Name = log.Mirror.Name
		f["data/log/checkpoint"] = []byte(noteOf(log, 21) + log.Witness.Sign(log.Text(21), 1) + as.Sign(log.Text(21), 1))
	}, "which is no known key"},
	{"all cosignatures stripped", func(log *golden.Log, f judge.Files) {
		f["data/log/checkpoint"] = []byte(noteOf(log, 21))
	}, "carries no cosignature of the witness"},
	{"a checkpoint of another log", func(_ *golden.Log, f judge.Files) {
		other := golden.NewLog("other")
		grow(other, 5)
		other.Checkpoint()
		f["data/log/checkpoints/5"] = []byte(other.Notes[5])
	}, "its origin is"},
	{"a checkpoint under the size of another", func(log *golden.Log, f judge.Files) {
		f["data/log/checkpoints/5"] = []byte(log.Notes[9])
	}, "is a checkpoint of size 9"},
	{"a checkpoint left out", func(_ *golden.Log, f judge.Files) { delete(f, "data/log/checkpoints/20") }, "joins no two neighbours"},
	{"an older head shown as the newest", func(log *golden.Log, f judge.Files) {
		f["data/log/checkpoint"] = []byte(log.Notes[20])
	}, "is not the last of the kept checkpoints"},
	{"an extension line in a checkpoint", func(log *golden.Log, f judge.Files) {
		text := log.Text(21) + "extra\n"
		f["data/log/checkpoint"] = []byte(text + "\n" + log.Epochs[2].Key.Sign(text, 0))
	}, "4 text lines"},
	{"a consistency file missing", func(_ *golden.Log, f judge.Files) { delete(f, "data/log/consistency/5-9") }, "missing"},
	{"a consistency proof of two others", func(_ *golden.Log, f judge.Files) {
		f["data/log/consistency/5-9"] = f["data/log/consistency/9-17"]
	}, `expected "old 5"`},
	{"a consistency hash edited", func(log *golden.Log, f judge.Files) {
		replace(f, "data/log/consistency/17-20", "old 17\n", "old 17\n"+log.Root(1).String()+"\n")
	}, "not shown to extend size 17"},
	{"a consistency file more", func(_ *golden.Log, f judge.Files) {
		f["data/log/consistency/0-9"] = bytes.Replace(f["data/log/consistency/5-9"], []byte("old 5"), []byte("old 0"), 1)
	}, "joins no two neighbours"},
	{"a file that the format does not know", func(_ *golden.Log, f judge.Files) { f["data/records/2.txt"] = []byte("x") }, "knows no such file"},
	{"an epoch's first size moved", func(_ *golden.Log, f judge.Files) { replace(f, "data/log/keys", "9 ", "8 ") }, "log.key record 7"},
	{"a key's spelling changed", func(_ *golden.Log, f judge.Files) {
		keys := string(f["data/log/keys"])
		id := strings.SplitN(keys, "+", 3)[1]
		f["data/log/keys"] = []byte(strings.Replace(keys, id, strings.ToUpper(id), 1))
	}, "the key makes it"},
	{"an epoch left out of the key list", func(_ *golden.Log, f judge.Files) {
		lines := strings.SplitAfter(string(f["data/log/keys"]), "\n")
		f["data/log/keys"] = []byte(lines[0] + lines[2])
	}, "but record 16 is type log.key, epoch 2"},
	{"the record that hands the log over left out", func(_ *golden.Log, f judge.Files) {
		for _, end := range []string{".json", ".tlog-proof", ".0.body", ".0.salt"} {
			delete(f, "data/records/8"+end)
		}
	}, "is not in the bundle"},
	{"the checkpoint that closes an epoch left out", func(log *golden.Log, f judge.Files) {
		delete(log.Notes, 9)
		reuse(f, log.Bundle(picked...))
	}, "the checkpoint of that size is missing"},
	{"a stranger's head key in the bundle", func(_ *golden.Log, f judge.Files) {
		f["data/log/witness.vkey"] = []byte(golden.NewKey("hq.example/witness1", 0x04, "stranger").Vkey() + "\n")
	}, "says the key of hq.example/witness1"},
	{"a tile entry edited", func(log *golden.Log, f judge.Files) {
		log.AddTiles(f)
		replace(f, "data/log/tile/entries/000.p/21", `"seq":3`, `"seq":4`)
	}, "the entries make root"},
	{"a hash tile edited", func(log *golden.Log, f judge.Files) {
		log.AddTiles(f)
		f["data/log/tile/0/000.p/21"][40] ^= 1
	}, "not the hashes that the entries make"},
	{"a hash tile missing", func(log *golden.Log, f judge.Files) {
		log.AddTiles(f)
		delete(f, "data/log/tile/0/000.p/21")
	}, "missing"},
	{"no record at all", func(_ *golden.Log, f judge.Files) {
		for name := range f {
			if strings.HasPrefix(name, "data/records/") {
				delete(f, name)
			}
		}
	}, "no record in the bundle"},
}

func TestForgeriesAreRefused(t *testing.T) {
	for _, forgery := range forgeries {
		t.Run(forgery.name, func(t *testing.T) {
			log := desk()
			keys := outside(log)
			files := log.Bundle(picked...)
			forgery.forge(log, files)
			golden.Seal(files)
			refused(t, files, keys, forgery.why)
		})
	}
}

// A thief has the whole disk and the newest key, and rewrites a leaf of an ended epoch.
func TestTheThiefOfTheNewestKeyCannotRewriteAnEndedEpoch(t *testing.T) {
	edit := func() *golden.Log {
		log := desk()
		log.Leaves[4] = bytes.Replace(log.Leaves[4], []byte("usb.attach"), []byte("usb.detach"), 1)
		return log
	}
	alone := judge.Outside{First: desk().Epochs[0].Key.Vkey()} // nobody witnessed anything

	keepsOldNotes := edit()
	keepsOldNotes.SignAs(20, 2)
	keepsOldNotes.SignAs(21, 2)
	refused(t, keepsOldNotes.Bundle(4), alone, "not shown to extend size")

	signsAllAnew := edit()
	for _, size := range signsAllAnew.Sizes() {
		signsAllAnew.SignAs(size, 2)
	}
	refused(t, signsAllAnew.Bundle(4), alone, "which only epoch 0 (first size 0) may sign")

	dropsOldNotes := edit()
	for _, size := range dropsOldNotes.Sizes() {
		delete(dropsOldNotes.Notes, size)
	}
	dropsOldNotes.SignAs(20, 2)
	dropsOldNotes.SignAs(21, 2)
	refused(t, dropsOldNotes.Bundle(4), alone, "checkpoint of that size is missing")

	claimsOneEpoch := edit()
	claimsOneEpoch.Epochs = []golden.Epoch{{Key: claimsOneEpoch.Epochs[2].Key}}
	for _, size := range claimsOneEpoch.Sizes() {
		claimsOneEpoch.SignAs(size, 0)
	}
	refused(t, claimsOneEpoch.Bundle(4), alone, "the enrolment record says")

	movesItsKeyBack := edit()
	movesItsKeyBack.Epochs = []golden.Epoch{movesItsKeyBack.Epochs[0], {Key: movesItsKeyBack.Epochs[2].Key, FirstSize: 1}}
	for _, size := range movesItsKeyBack.Sizes() {
		movesItsKeyBack.SignAs(size, 1)
	}
	refused(t, movesItsKeyBack.Bundle(4), alone, "but record 0 is type log.start")
}

// Bytes that two readers could read in two ways are refused even when the log itself signed them.
func TestLeavesThatAreNotCanonicalAreRefused(t *testing.T) {
	good := `{"body":[],"boot":"0b5c1b1e-6f0a-4f6e-9d6e-2f1f6f3c7a11","mono":1,"seq":0,"type":"usb.attach","v":1,"wall":2}`
	for name, raw := range map[string]string{
		"space":               strings.Replace(good, `"seq":0`, `"seq": 0`, 1),
		"newline at the end":  good + "\n",
		"keys out of order":   strings.Replace(good, `"mono":1,"seq":0`, `"seq":0,"mono":1`, 1),
		"key twice":           strings.Replace(good, `"mono":1`, `"mono":1,"mono":1`, 1),
		"float":               strings.Replace(good, `"mono":1`, `"mono":1.0`, 1),
		"exponent":            strings.Replace(good, `"mono":1`, `"mono":1e3`, 1),
		"minus zero":          strings.Replace(good, `"mono":1`, `"mono":-0`, 1),
		"leading zero":        strings.Replace(good, `"mono":1`, `"mono":01`, 1),
		"two to the 53":       strings.Replace(good, `"mono":1`, `"mono":9007199254740992`, 1),
		"null":                strings.Replace(good, `"mono":1`, `"mono":1,"n":null`, 1),
		"boolean":             strings.Replace(good, `"mono":1`, `"mono":1,"n":true`, 1),
		"needless escape":     strings.Replace(good, `usb.attach`, `\u0075sb.attach`, 1),
		"escaped slash":       strings.Replace(good, `"mono":1`, `"mono":1,"n":"\/"`, 1),
		"upper-case escape":   strings.Replace(good, `"mono":1`, `"mono":1,"n":"\u001F"`, 1),
		"long escape":         strings.Replace(good, `"mono":1`, `"mono":1,"n":"\u000a"`, 1),
		"decomposed letter":   strings.Replace(good, `"mono":1`, `"mono":1,"n":"e`+"\u0301"+`"`, 1),
		"not UTF-8":           strings.Replace(good, `"mono":1`, `"mono":1,"n":"`+"\xff"+`"`, 1),
		"sequence one ahead":  strings.Replace(good, `"seq":0`, `"seq":1`, 1),
		"version two":         strings.Replace(good, `"v":1`, `"v":2`, 1),
		"no boot":             strings.Replace(good, `0b5c1b1e-`, ``, 1),
		"commitment too long": strings.Replace(good, `[]`, `[{"cls":"critical","ct":"x","h":"AAAA","n":1}]`, 1),
		"five kilobytes":      strings.Replace(good, `"mono":1`, `"mono":1,"n":"`+strings.Repeat("x", 5000)+`"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if raw == good {
				t.Fatal("the case changes nothing")
			}
			log := golden.NewLog("lint")
			log.Leaves = [][]byte{[]byte(raw)}
			log.Checkpoint()
			refused(t, log.Bundle(0), judge.Outside{}, "")
			log.Leaves = [][]byte{[]byte(good)}
			log.Checkpoint()
			if verdict := judge.Judge(log.Bundle(0), judge.Outside{}); !verdict.Holds {
				t.Fatalf("the unchanged leaf is refused too: %v", verdict.Refused)
			}
		})
	}
}

func TestAnotherEnrolledKeyIsRefused(t *testing.T) {
	log := desk()
	keys := outside(log)
	keys.First = golden.NewLog("other").Epochs[0].Key.Vkey()
	refused(t, log.Bundle(0), keys, "the enrolment record says")
}

func TestUnsealedEditsAreRefused(t *testing.T) {
	log := desk()
	for name := range log.Bundle(picked...) {
		files := log.Bundle(picked...)
		files[name] = append(append([]byte{}, files[name]...), '\n')
		refused(t, files, judge.Outside{}, "")
		files = log.Bundle(picked...)
		delete(files, name)
		refused(t, files, judge.Outside{}, "")
	}
}

func TestZipAndFolderGiveTheSameVerdict(t *testing.T) {
	log := desk()
	files := log.Bundle(picked...)
	folder := filepath.Join(t.TempDir(), "bag")
	archive := filepath.Join(t.TempDir(), "bag.zip")
	out, err := os.Create(archive)
	check(t, err)
	zipped := zip.NewWriter(out)
	for name, content := range files {
		check(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755))
		check(t, os.WriteFile(filepath.Join(folder, name), content, 0o644))
		entry, err := zipped.CreateHeader(&zip.FileHeader{Name: "case-7/" + name, Method: zip.Store})
		check(t, err)
		_, err = entry.Write(content)
		check(t, err)
	}
	check(t, zipped.Close())
	check(t, out.Close())
	for _, at := range []string{folder, archive} {
		read, err := judge.ReadBundle(at)
		check(t, err)
		if verdict := judge.Judge(read, outside(log)); !verdict.Holds || verdict.Records != 9 {
			t.Errorf("%s: %d records, refused %v", at, verdict.Records, verdict.Refused)
		}
	}
	check(t, os.Symlink("0.json", filepath.Join(folder, "data/records/9.json")))
	if _, err := judge.ReadBundle(folder); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a symbolic link was read: %v", err)
	}
}

func refused(t *testing.T, files judge.Files, keys judge.Outside, why string) {
	t.Helper()
	verdict := judge.Judge(files, keys)
	if verdict.Holds {
		t.Fatalf("accepted; proved %q", verdict.Proved)
	}
	for _, refusal := range verdict.Refused {
		if strings.Contains(refusal.Why, why) {
			return
		}
	}
	t.Fatalf("refused, but not for %q: %v", why, verdict.Refused)
}

func replace(files judge.Files, name, old, with string) {
	edited := strings.Replace(string(files[name]), old, with, 1)
	if edited == string(files[name]) {
		panic(fmt.Sprintf("%s holds no %q", name, old))
	}
	files[name] = []byte(edited)
}

func swap(files judge.Files, a, b string) { files[a], files[b] = files[b], files[a] }

func reuse(files, others judge.Files) {
	for name := range files {
		delete(files, name)
	}
	for name, content := range others {
		files[name] = content
	}
}

// noteOf is a log's checkpoint with the log's own line only.
func noteOf(log *golden.Log, size int64) string {
	log.SignAs(size, len(log.Epochs)-1)
	return log.Notes[size]
}

// strayBits changes the last character before the padding of the base64 that follows a mark: a lenient
// reader decodes it to the same bytes.
func strayBits(files judge.Files, name, mark string) {
	text := files[name]
	at := bytes.Index(text, []byte(mark)) + len(mark)
	at += bytes.IndexByte(text[at:], '=') - 1
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	edited := append([]byte{}, text...)
	edited[at] = alphabet[strings.IndexByte(alphabet, text[at])|1]
	if bytes.Equal(edited, text) {
		panic(name + ": no stray bit to set")
	}
	files[name] = edited
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
