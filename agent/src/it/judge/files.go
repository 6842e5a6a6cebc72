package judge

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

// Files are the bytes of a bundle by slash-separated path below its root.
type Files map[string][]byte

// Limits that keep a hostile bundle from eating the judge's memory.
const (
	maxFiles      = 1 << 20
	maxTotalBytes = 1 << 30
)

// ReadBundle reads a bundle from a folder or a zip file. A zip may hold the bag at its root or in one folder.
func ReadBundle(at string) (Files, error) {
	info, err := os.Stat(at)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return readFolder(at)
	}
	raw, err := os.ReadFile(at)
	if err != nil {
		return nil, err
	}
	return readZip(at, raw)
}

func readFolder(root string) (Files, error) {
	files, total := Files{}, 0
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file (%s); evidence holds none", name, entry.Type())
		}
		content, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		return files.add(filepath.ToSlash(name), content, &total)
	})
	return files, err
}

func readZip(at string, raw []byte) (Files, error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%s is neither a folder nor a zip: %w", at, err)
	}
	files, total := Files{}, 0
	for _, entry := range archive.File {
		if strings.HasSuffix(entry.Name, "/") {
			continue
		}
		if !entry.Mode().IsRegular() {
			return nil, fmt.Errorf("%s in %s is no regular file (%s)", entry.Name, at, entry.Mode())
		}
		in, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", entry.Name, at, err)
		}
		content, err := io.ReadAll(io.LimitReader(in, maxTotalBytes+1))
		in.Close() // the reader's checksum error, if any, came from ReadAll
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", entry.Name, at, err)
		}
		if err := files.add(entry.Name, content, &total); err != nil {
			return nil, err
		}
	}
	return files.withoutTopFolder(), nil
}

func (f Files) add(name string, content []byte, total *int) error {
	if _, twice := f[name]; twice {
		return fmt.Errorf("%q is there twice", name)
	}
	if path.Clean(name) != name || path.IsAbs(name) || strings.HasPrefix(name, "../") || !utf8.ValidString(name) {
		return fmt.Errorf("%q is no plain path below the bundle", name)
	}
	if *total += len(content); *total > maxTotalBytes || len(f) >= maxFiles {
		return fmt.Errorf("bundle is over %d bytes or %d files at %q", maxTotalBytes, maxFiles, name)
	}
	f[name] = content
	return nil
}

func (f Files) withoutTopFolder() Files {
	if f["bagit.txt"] != nil {
		return f
	}
	top := ""
	for name := range f {
		cut := strings.IndexByte(name, '/')
		if cut < 0 || top != "" && name[:cut] != top {
			return f
		}
		top = name[:cut]
	}
	inner := Files{}
	for name, content := range f {
		inner[strings.TrimPrefix(name, top+"/")] = content
	}
	return inner
}

// names returns the paths below a prefix, sorted.
func (f Files) names(prefix string) []string {
	var found []string
	for name := range f {
		if strings.HasPrefix(name, prefix) {
			found = append(found, name)
		}
	}
	sort.Strings(found)
	return found
}
