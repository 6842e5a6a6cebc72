// capture prints, as JSON, what golang.org/x/mod/sumdb makes and what it takes: signed notes, verdicts on notes that
// are not as they should be, tree hashes and proofs, and the numbering of stored hashes.
// Keys are Ed25519 with SHA-256 of a word as seed, so that every run prints the same.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "evidence.example.com/agent/0123456789abcdef"

func private(word string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(seed[:])
}

func material(word string, kind byte) []byte {
	return append([]byte{kind}, private(word).Public().(ed25519.PublicKey)...)
}

func id(name, word string, kind byte) []byte {
	hash := sha256.Sum256(append([]byte(name+"\n"), material(word, kind)...))
	return hash[:4]
}

func vkey(name, word string, kind byte) string {
	return fmt.Sprintf("%s+%x+%s", name, id(name, word, kind), base64.StdEncoding.EncodeToString(material(word, kind)))
}

func skey(name, word string) string {
	seed := sha256.Sum256([]byte(word))
	return fmt.Sprintf("PRIVATE+KEY+%s+%x+%s", name, id(name, word, 1),
		base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func sign(text string, signers ...[2]string) string {
	var all []note.Signer
	for _, s := range signers {
		all = append(all, must(note.NewSigner(skey(s[0], s[1]))))
	}
	return string(must(note.Sign(&note.Note{Text: text}, all...)))
}

// cosign is C2SP tlog-cosignature v1, which x/mod does not know: time and Ed25519 over two header lines and the text.
func cosign(name, word, text string, at uint64) string {
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	blob := binary.BigEndian.AppendUint64(id(name, word, 4), at)
	blob = append(blob, ed25519.Sign(private(word), []byte(message))...)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(blob) + "\n"
}

type verdict struct {
	Name string `json:"name"`
	Note string `json:"note"` // base64 of the bytes
	Go   string `json:"go"`
}

// opened is what note.Open says, knowing the log's key only.
func opened(name string, msg []byte) verdict {
	verifiers := note.VerifierList(must(note.NewVerifier(vkey(origin, "log", 1))))
	said := "ok"
	if _, err := note.Open(msg, verifiers); err != nil {
		switch e := err.(type) {
		case *note.UnverifiedNoteError:
			said = "unverified"
		case *note.InvalidSignatureError:
			said = "invalid"
		default:
			said = e.Error()
		}
	}
	return verdict{name, base64.StdEncoding.EncodeToString(msg), said}
}

func cases(good string) []verdict {
	text := strings.SplitAfterN(good, "\n\n", 2)[0]
	text = text[:len(text)-1]
	line := strings.TrimPrefix(good, text+"\n")
	blob := strings.TrimSuffix(strings.Split(line, " ")[2], "\n")
	stray := blob[:len(blob)-2] + string(rune(blob[len(blob)-2]+1)) + "="
	other := strings.TrimPrefix(sign(text, [2]string{"other.example.com", "other"}), text+"\n")
	twice := strings.TrimPrefix(sign("another text\n", [2]string{origin, "log"}), "another text\n\n")
	raw := must(base64.StdEncoding.DecodeString(blob))
	list := []verdict{
		opened("good", []byte(good)),
		opened("a second signer who is not known", []byte(good+other)),
		opened("only a signer who is not known", []byte(text+"\n"+other)),
		opened("the text changed", []byte("x"+good)),
		opened("the size changed", []byte(strings.Replace(good, "\n1000\n", "\n1001\n", 1))),
		opened("one signature bit changed", []byte(strings.Replace(good, blob, base64.StdEncoding.EncodeToString(append(raw[:40:40], append([]byte{raw[40] ^ 1}, raw[41:]...)...)), 1))),
		opened("a line of the same key over another text", []byte(good+twice)),
		opened("the same line twice", []byte(good+line)),
		opened("no last newline", []byte(good[:len(good)-1])),
		opened("no blank line", []byte(text+line)),
		opened("nothing but text", []byte(text)),
		opened("a blank line and no signature", []byte(text+"\n")),
		opened("a blank line after the signature", []byte(good+"\n")),
		opened("blank lines in the text", []byte(sign("a\n\n\nb\n", [2]string{origin, "log"}))),
		opened("empty text", []byte("\n\n"+line)),
		opened("nothing", nil),
		opened("CRLF", []byte(strings.ReplaceAll(good, "\n", "\r\n"))),
		opened("CR in the text", []byte("a\r\n"+good)),
		opened("a tab in the text", []byte("a\t\n"+good)),
		opened("a NUL in the text", []byte("a\x00\n"+good)),
		opened("bytes that are not UTF-8", []byte("a\xff\n"+good)),
		opened("an overlong UTF-8 form", []byte("a\xc0\xaf\n"+good)),
		opened("a hyphen in place of the dash", []byte(strings.Replace(good, "— ", "- ", 1))),
		opened("no space after the dash", []byte(strings.Replace(good, "— ", "—", 1))),
		opened("no name", []byte(text+"\n— "+blob+"\n")),
		opened("an empty name", []byte(text+"\n—  "+blob+"\n")),
		opened("a name with a plus", []byte(text+"\n— a+b "+blob+"\n")),
		opened("a name with a no-break space", []byte(text+"\n— a\u00a0b "+blob+"\n")),
		opened("a space at the end of the line", []byte(text+"\n— "+origin+" "+blob+" \n")),
		opened("base64 without padding", []byte(text+"\n— "+origin+" "+strings.TrimRight(blob, "=")+"\n")),
		opened("base64 with stray low bits", []byte(text+"\n— "+origin+" "+stray+"\n")),
		opened("base64 with a dash", []byte(text+"\n— "+origin+" "+strings.Replace(blob, blob[10:11], "-", 1)+"\n")),
		opened("no base64", []byte(text+"\n— "+origin+" ****\n")),
		opened("four bytes of signature", []byte(text+"\n— "+origin+" "+base64.StdEncoding.EncodeToString(raw[:4])+"\n")),
		opened("five bytes of signature", []byte(text+"\n— "+origin+" "+base64.StdEncoding.EncodeToString(raw[:5])+"\n")),
		opened("one byte too many", []byte(text+"\n— "+origin+" "+base64.StdEncoding.EncodeToString(append(raw[:len(raw):len(raw)], 0))+"\n")),
		opened("another key id", []byte(text+"\n— "+origin+" "+base64.StdEncoding.EncodeToString(append([]byte{1, 2, 3, 4}, raw[4:]...))+"\n")),
		opened("another name", []byte(text+"\n— other "+blob+"\n")),
	}
	for _, n := range []int{15, 16, 31, 32, 99, 100} {
		list = append(list, opened(fmt.Sprintf("%d more lines", n), []byte(good+strings.Repeat(other, n))))
	}
	return list
}

type proofs struct {
	Size        int64      `json:"size"`
	Root        string     `json:"root"`
	Inclusion   [][]string `json:"inclusion"`   // by index
	Consistency [][]string `json:"consistency"` // from size 1 up
}

type reader []tlog.Hash

func (r reader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = r[at]
	}
	return out, nil
}

func trees(leaves int64) (all []proofs) {
	var stored reader
	for n := int64(0); n < leaves; n++ {
		stored = append(stored, must(tlog.StoredHashes(n, []byte(fmt.Sprintf("leaf %d", n)), stored))...)
	}
	spell := func(hashes []tlog.Hash) []string {
		lines := []string{}
		for _, h := range hashes {
			lines = append(lines, h.String())
		}
		return lines
	}
	for _, size := range []int64{1, 2, 3, 7, 8, 21, leaves} {
		p := proofs{Size: size, Root: must(tlog.TreeHash(size, stored)).String()}
		for i := int64(0); i < size; i++ {
			p.Inclusion = append(p.Inclusion, spell(must(tlog.ProveRecord(size, i, stored))))
			p.Consistency = append(p.Consistency, spell(must(tlog.ProveTree(size, i+1, stored))))
		}
		all = append(all, p)
	}
	return all
}

func main() {
	text := origin + "\n1000\nKvlOPebTjyX/s+39Srb1snuGtcp75UxaahaQ8aUy6JQ=\n"
	good := sign(text, [2]string{origin, "log"})
	order := [][]int64{}
	for _, at := range [][2]int64{{0, 0}, {0, 1}, {1, 0}, {0, 2}, {0, 3}, {1, 1}, {2, 0}, {0, 1 << 40}, {5, 12345}, {20, 1<<30 + 7}, {40, 3}} {
		order = append(order, []int64{at[0], at[1], tlog.StoredHashIndex(int(at[0]), at[1])})
	}
	out := map[string]interface{}{
		"origin":       origin,
		"vkey":         vkey(origin, "log", 1),
		"witness_vkey": vkey("hq.example.com/witness", "witness", 4),
		"text":         text,
		"note":         good,
		"two_signers":  sign("运单不外流\n\n— looks like a line\n", [2]string{origin, "log"}, [2]string{"other.example.com", "other"}),
		"cosigned":     good + cosign("hq.example.com/witness", "witness", text, 1_764_000_000),
		"cases":        cases(good),
		"trees":        trees(61),
		"order":        order,
	}
	var printed bytes.Buffer
	encoder := json.NewEncoder(&printed)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(out); err != nil {
		panic(err)
	}
	os.Stdout.Write(printed.Bytes())
}
