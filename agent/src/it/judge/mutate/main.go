// Command mutate changes a good bundle in one place at a time and asks the judges to refuse each change.
//
//	mutate [-n N] [-seed S] [-first VKEY] [-witness VKEY] [-mirror VKEY] [-product CMD -product-n N] BUNDLE
//
// The changes: one bit of a byte, for every byte of every file or for -n of them drawn by -seed; and each
// file dropped, emptied, cut by its last byte, lengthened by one; a file added; two records swapped. All of it
// twice: with the manifests left as they are, and with them remade by the forger.
//
// The judge of this folder is asked each time. The product's verifier starts a process each time, so it is
// asked about a sample: CMD gets the folder as its last argument, and must exit with 1 for a changed one.
//
// With remade manifests a few files may change unseen, because nothing in the log speaks of them: the reading
// aids, the custody list, bag-info.txt, and the bundle's own note of HQ's keys when those are given from
// outside. They are counted apart. Exit status: 0 no other change was accepted, 1 one was, 2 wrong usage or a
// bundle that does not hold to begin with.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"

	"waybillguard/judge"
	"waybillguard/judge/golden"
)

// unproven are the files that the log says nothing about, so that a forger who remakes the manifests may
// change them.
var unproven = regexp.MustCompile(`^(?:bag-info\.txt|(?:data/view/)?README.*|data/view/.*|data/custody\.jsonl|data/log/witness\.vkey)$`)

// change is one way to damage a bundle.
type change struct {
	what  string // kind of change, for the counts
	file  string // the file changed
	at    int    // byte, for a flipped bit
	mask  byte
	apply func(files judge.Files)
}

func (c change) String() string {
	if c.mask != 0 {
		return fmt.Sprintf("%s byte %d xor 0x%02x", c.file, c.at, c.mask)
	}
	return c.what + " " + c.file
}

// flips draws n bytes of the bundle, or takes all of them for n = 0, and one bit of each.
func flips(files judge.Files, names []string, n int, random *rand.Rand) []change {
	total := 0
	for _, name := range names {
		total += len(files[name])
	}
	chosen := map[int]bool{}
	for n > 0 && n < total && len(chosen) < n {
		chosen[random.Intn(total)] = true
	}
	var all []change
	offset := 0
	for _, name := range names {
		for at := range files[name] {
			bit := byte(1) << random.Intn(8)
			if len(chosen) > 0 && !chosen[offset+at] {
				continue
			}
			name, at := name, at
			all = append(all, change{"bit", name, at, bit, func(f judge.Files) {
				edited := append([]byte{}, f[name]...)
				edited[at] ^= bit
				f[name] = edited
			}})
		}
		offset += len(files[name])
	}
	return all
}

// breaks are the changes to whole files.
func breaks(files judge.Files, names []string) []change {
	var all []change
	add := func(what, file string, apply func(judge.Files)) {
		all = append(all, change{what: what, file: file, apply: apply})
	}
	var records []string
	for _, name := range names {
		name, content := name, files[name]
		add("dropped", name, func(f judge.Files) { delete(f, name) })
		if len(content) > 0 {
			add("emptied", name, func(f judge.Files) { f[name] = nil })
			add("cut", name, func(f judge.Files) { f[name] = content[:len(content)-1] })
		}
		add("lengthened", name, func(f judge.Files) { f[name] = append(append([]byte{}, content...), '\n') })
		if strings.HasPrefix(name, "data/records/") && strings.HasSuffix(name, ".json") {
			records = append(records, strings.TrimSuffix(name, ".json"))
		}
	}
	add("added", "data/records/note.txt", func(f judge.Files) { f["data/records/note.txt"] = []byte("x") })
	add("added", "data/log/more", func(f judge.Files) { f["data/log/more"] = []byte("x") })
	for i := 0; i+1 < len(records); i++ {
		a, b := records[i], records[i+1]
		add("swapped with the next", a+".json", func(f judge.Files) {
			f[a+".json"], f[b+".json"] = f[b+".json"], f[a+".json"]
			f[a+".tlog-proof"], f[b+".tlog-proof"] = f[b+".tlog-proof"], f[a+".tlog-proof"]
		})
	}
	return all
}

// damaged is a copy of the bundle with the change made; only changed files are copied.
func damaged(files judge.Files, c change, remade bool) judge.Files {
	copied := judge.Files{}
	for name, content := range files {
		copied[name] = content
	}
	c.apply(copied)
	switch {
	case remade && c.file == "bag-info.txt":
		golden.SealManifests(copied)
	case remade:
		golden.Seal(copied)
	}
	return copied
}

// isSame is true where remaking the manifests undid the change.
func isSame(a, b judge.Files) bool {
	for name, content := range a {
		other, there := b[name]
		if !isManifest(name) && (!there || !bytes.Equal(content, other)) {
			return false
		}
	}
	return len(a) == len(b)
}

func isManifest(name string) bool {
	return name == "manifest-sha256.txt" || name == "tagmanifest-sha256.txt"
}

type tally struct{ asked, refused, unproven, accepted int }

type tries struct {
	files   judge.Files
	outside judge.Outside
	mutex   sync.Mutex
	counts  map[string]*tally
	failed  int
}

func (t *tries) count(key string, refused, mayPass bool, c change) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts[key] == nil {
		t.counts[key] = &tally{}
	}
	n := t.counts[key]
	n.asked++
	switch {
	case refused:
		n.refused++
	case mayPass:
		n.unproven++
	default:
		n.accepted++
		t.failed++
		fmt.Printf("ACCEPTED %s: %s\n", key, c)
	}
}

func (t *tries) ask(changes []change, remade bool) {
	work := make(chan change)
	var wait sync.WaitGroup
	for i := 0; i < runtime.NumCPU(); i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for c := range work {
				files := damaged(t.files, c, remade)
				if remade && isSame(files, t.files) {
					continue
				}
				refused := !judge.Judge(files, t.outside).Holds
				t.count(label("judge", c, remade), refused, remade && unproven.MatchString(c.file), c)
			}
		}()
	}
	for _, c := range changes {
		work <- c
	}
	close(work)
	wait.Wait()
}

func label(who string, c change, remade bool) string {
	kind := "manifests as they were"
	if remade {
		kind = "manifests remade"
	}
	what := "file"
	if c.mask != 0 {
		what = "bit"
	}
	return who + ", " + what + " changes, " + kind
}

// askProduct writes each damaged bundle to a folder and runs the product's verifier on it. Any exit status but
// 1 is a failure to refuse: 0 accepted it, others mean that it stumbled.
func (t *tries) askProduct(command []string, changes []change, remade bool) error {
	for _, c := range changes {
		files := damaged(t.files, c, remade)
		if remade && isSame(files, t.files) {
			continue
		}
		folder, err := os.MkdirTemp("", "mutated-")
		if err != nil {
			return err
		}
		status, said, err := verify(command, folder, files)
		os.RemoveAll(folder)
		if err != nil {
			return err
		}
		mayPass := remade && unproven.MatchString(c.file) && status == 0
		t.count(label("product", c, remade), status == 1, mayPass, c)
		if status != 1 && !mayPass {
			fmt.Printf("  the product's verifier ended with %d: %s\n", status, said)
		}
	}
	return nil
}

func verify(command []string, folder string, files judge.Files) (int, string, error) {
	for name, content := range files {
		at := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return 0, "", err
		}
		if err := os.WriteFile(at, content, 0o600); err != nil {
			return 0, "", err
		}
	}
	run := exec.Command(command[0], append(append([]string{}, command[1:]...), folder)...)
	out, err := run.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		return 0, "", err
	}
	if len(out) > 300 {
		out = out[:300]
	}
	return run.ProcessState.ExitCode(), string(out), nil
}

func main() {
	n := flag.Int("n", 0, "flip this many bytes, drawn by -seed; 0 flips every byte")
	most := flag.Int("files", 0, "try this many changes to whole files, drawn by -seed; 0 tries all")
	seed := flag.Int64("seed", 1, "seed for the bits and the sample")
	product := flag.String("product", "", "command of the product's verifier, words split at spaces; gets the folder as its last argument")
	productN := flag.Int("product-n", 20, "ask the product about this many bit changes and this many file changes, each with manifests as they were and remade")
	first := flag.String("first", "", "vkey of epoch 0")
	witness := flag.String("witness", "", "vkey of HQ's head key")
	mirror := flag.String("mirror", "", "vkey of HQ's mirror key")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	files, err := judge.ReadBundle(flag.Arg(0))
	if err != nil {
		fail("%v", err)
	}
	outside := judge.Outside{First: *first}
	if *witness != "" {
		outside.Witnesses = []string{*witness}
	}
	if *mirror != "" {
		outside.Mirrors = []string{*mirror}
	}
	if verdict := judge.Judge(files, outside); !verdict.Holds {
		fail("the bundle does not hold to begin with: %v", verdict.Refused)
	}
	t := &tries{files: files, outside: outside, counts: map[string]*tally{}}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	random := rand.New(rand.NewSource(*seed))
	bits, whole := flips(files, names, *n, random), breaks(files, names)
	if *most > 0 {
		whole = drawn(whole, *most, random)
	}
	for _, remade := range []bool{false, true} {
		t.ask(bits, remade)
		t.ask(whole, remade)
	}
	if command := strings.Fields(*product); len(command) > 0 {
		for _, remade := range []bool{false, true} {
			sample := append(flips(files, names, *productN, random), drawn(whole, *productN, random)...)
			if err := t.askProduct(command, sample, remade); err != nil {
				fail("%v", err)
			}
		}
	}
	t.print()
	if t.failed > 0 {
		os.Exit(1)
	}
}

func drawn(all []change, n int, random *rand.Rand) []change {
	var some []change
	for _, i := range random.Perm(len(all)) {
		if len(some) < n {
			some = append(some, all[i])
		}
	}
	return some
}

func (t *tries) print() {
	keys := make([]string, 0, len(t.counts))
	for key := range t.counts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		n := t.counts[key]
		fmt.Printf("%s: %d asked, %d refused, %d accepted", key, n.asked, n.refused, n.accepted)
		if n.unproven > 0 {
			fmt.Printf(", %d passed in files that the log says nothing about (reading aids, custody list, bag-info, HQ's keys as the bundle names them)", n.unproven)
		}
		fmt.Println()
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "mutate: "+format+"\n", args...)
	os.Exit(2)
}
